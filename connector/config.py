"""config.yaml: which accounts, which credentials, which files.

`load_config` reads the file, resolves the references to secrets, and checks every key. What is wrong is told
with file, line and column, all mistakes at once, with the nearest name that exists. A secret written into the
file itself is refused. The keys are explained one by one in `config.example.yaml`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from connector.config_file import ConfigFile, mistakes_in, read_config_file, refusal
from connector.errors import Mistake
from connector.secret import FORMS, LIVE, Referenced

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
SHIPPED_MAPPINGS: Final = (
    Path(__file__).parent / "default_mappings",
    Path(__file__).parent.parent / "mappings",
)
"""Where the mapping files of this product are: inside the installed package, or in the source tree."""


def _referenced(value: Any) -> Any:
    if value is not None and not isinstance(value, Referenced):
        raise ValueError(f"a secret must not stand in this file; put it elsewhere and write {FORMS}")
    return value


def _beside(value: Any, info: ValidationInfo) -> Any:
    """A path is meant from the folder of the configuration file, wherever the command was called."""
    if not isinstance(value, str | Path):
        raise ValueError("expected a path, as text")
    folder: Path = info.context or Path.cwd()
    return folder / Path(value).expanduser()


def _place(value: Any, info: ValidationInfo) -> Any:
    """Where the state is: the URL of a PostgreSQL database, kept as a secret, or a file."""
    if not isinstance(value, str):
        return _beside(value, info)
    if value.startswith("postgresql://"):
        return _database(value)
    if "://" in (path := value.removeprefix("sqlite:///")):
        raise ValueError("expected a path, or postgresql://user@host/database")
    return _beside(path, info)


def _database(url: str) -> SecretStr:
    """Passwords in it are secrets: they must have come through a reference, and the logs mask them."""
    parts = urlsplit(url)
    if url.count("@") > parts.netloc.count("@") or parts.netloc.count("@") > 1 or parts.fragment:
        raise ValueError("write @ : / ? # % in a user or password as %40 %3A %2F %3F %23 %25")
    given = [parts.password, *(value for name, value in parse_qsl(parts.query) if name.endswith("password"))]
    for password in filter(None, given):
        if not isinstance(url, Referenced):
            raise ValueError(f"a password must not stand in this file; put the whole URL elsewhere and write {FORMS}")
        LIVE.add(unquote(password))
    return SecretStr(url)


Secret = Annotated[SecretStr, BeforeValidator(_referenced)]
Beside = Annotated[Path, BeforeValidator(_beside)]
Place = Annotated[Path | SecretStr, BeforeValidator(_place)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="a field name")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


class NetSuiteOAuth2(_Section):
    """OAuth 2.0 client credentials with a certificate (machine to machine)."""

    method: Literal["oauth2"]
    client_id: str
    certificate_id: str
    private_key: Secret


class NetSuiteToken(_Section):
    """Token-based authentication (OAuth 1.0a, HMAC-SHA256)."""

    method: Literal["token"]
    consumer_key: str
    consumer_secret: Secret
    token_id: str
    token_secret: Secret


class NetSuiteConfig(_Section):
    account: str = Field(pattern=r"^[A-Za-z0-9]+([_-][A-Za-z0-9]+)?$")
    auth: Annotated[NetSuiteOAuth2 | NetSuiteToken, Field(discriminator="method")]
    key_field: Literal["externalId", "custom"] = "externalId"
    concurrency: int = Field(4, ge=1, le=50)
    subsidiary: str | None = None
    overlap_seconds: int = Field(900, ge=0, le=86_400)


class SalesforceJwt(_Section):
    """JWT bearer flow: a connected app that knows our certificate, and a user who may use it."""

    method: Literal["jwt"]
    consumer_key: str
    username: str
    private_key: Secret


class SalesforceClientCredentials(_Section):
    """Client credentials flow: the app runs as the user that it names."""

    method: Literal["client_credentials"]
    client_id: str
    client_secret: Secret


class SalesforceConfig(_Section):
    domain: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$")
    environment: Literal["production", "sandbox"] = "production"
    sandbox_name: str | None = Field(None, pattern=r"^[A-Za-z0-9]+$")
    auth: Annotated[SalesforceJwt | SalesforceClientCredentials, Field(discriminator="method")]
    api_version: str = Field("62.0", pattern=r"^[0-9]{2}\.0$")
    key_field: Name = "NetSuite_Id__c"
    allow_duplicates: bool = False
    concurrency: int = Field(4, ge=1, le=25)

    @property
    def is_production(self) -> bool:
        """Whether this may be an org in which people work; `sandbox` is the domain of the local sandboxes."""
        return self.environment == "production" and self.domain != "sandbox"

    @model_validator(mode="after")
    def _named_when_a_sandbox(self) -> Self:
        if (self.environment == "sandbox") != (self.sandbox_name is not None):
            raise ValueError("`sandbox_name` belongs to `environment: sandbox`, and is needed there")
        return self


class LocalSandbox(_Section):
    """The named switch: both systems are the emulators of `connector sandbox serve`, on this machine."""

    netsuite: str
    salesforce: str
    ca: Beside | None = None

    @field_validator("netsuite", "salesforce")
    @classmethod
    def _on_this_machine(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK or parts.username is not None:
            raise ValueError(f"a local sandbox is a URL on {', '.join(LOOPBACK)}; leave this section out otherwise")
        return url.rstrip("/")


class BrakesConfig(_Section):
    """What a plan may not exceed: beyond it, nothing is written until somebody has looked."""

    mass_change_percent: int = Field(default=30, gt=0, le=100)
    mass_change_min: int = Field(default=500, ge=0)
    deletes_percent: int = Field(default=10, gt=0, le=100)
    deletes_min: int = Field(default=10, ge=0)
    deletes_max: int = Field(default=500, ge=0)
    vanished_percent: int = Field(default=30, gt=0, le=100)
    vanished_min: int = Field(default=20, ge=1)
    mapping_change: int = Field(default=10, ge=0)
    refusals_percent: int = Field(default=50, gt=0, le=100)
    refusals_min: int = Field(default=20, ge=1)


class Config(_Section):
    """The whole of config.yaml; paths are absolute."""

    netsuite: NetSuiteConfig
    salesforce: SalesforceConfig
    local_sandbox: LocalSandbox | None = None
    state: Place = Path("state/connector.db")
    mappings: Beside | None = None
    deletes: Literal["hold", "follow"] = "hold"
    brakes: BrakesConfig = BrakesConfig()

    @field_validator("local_sandbox")
    @classmethod
    def _not_with_production(cls, sandbox: LocalSandbox | None, info: ValidationInfo) -> LocalSandbox | None:
        """A forgotten switch must not hand the credentials of production to whatever listens on a local port."""
        netsuite, salesforce = info.data.get("netsuite"), info.data.get("salesforce")
        if sandbox is not None and netsuite is not None and netsuite.account.isdigit():
            raise ValueError(f"{netsuite.account} is a production account; leave this section out for it")
        if sandbox is not None and salesforce is not None and salesforce.is_production:
            raise ValueError(f"the domain {salesforce.domain} is in production; leave this section out for it")
        return sandbox


def load_config(path: Path) -> Config:
    """Read and check `path`. Raises ConfigError with every mistake and its place."""
    file = read_config_file(path)
    try:
        config = Config.model_validate(file.values, context=path.absolute().parent)
    except ValidationError as error:
        raise refusal(_all_mistakes(file, error)) from None
    if file.mistakes:
        raise refusal(file.mistakes)
    return config


def _all_mistakes(file: ConfigFile, error: ValidationError) -> list[Mistake]:
    """A value whose reference led nowhere is told once, not again for being empty."""
    told = {(mistake.line, mistake.column) for mistake in file.mistakes}
    found = mistakes_in(error, file, Config)
    return [*file.mistakes, *(mistake for mistake in found if (mistake.line, mistake.column) not in told)]


def state_place(config: Config) -> str | Path:
    """Where the state is, as the store takes it; a URL holds its password."""
    return config.state.get_secret_value() if isinstance(config.state, SecretStr) else config.state


def mappings_folder(config: Config) -> Path:
    """The folder of the mapping files: the configured one, else those that come with the product."""
    if config.mappings is not None:
        return config.mappings
    return next(folder for folder in SHIPPED_MAPPINGS if folder.is_dir())
