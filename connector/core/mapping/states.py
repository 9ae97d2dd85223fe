"""States and provinces by ISO 3166-2 code and by the names that people write.

One line a country: its code, then `code name` of each state, other spellings after `/`. Only countries whose
addresses are commonly written with a state; of all others a state is any text.
"""

from __future__ import annotations

from connector.core import normalize

_TABLE = """
AU: ACT Australian Capital Territory | NSW New South Wales | NT Northern Territory | QLD Queensland
AU: SA South Australia | TAS Tasmania | VIC Victoria | WA Western Australia
BR: AC Acre | AL Alagoas | AM Amazonas | AP Amapá | BA Bahia | CE Ceará | DF Distrito Federal/Federal District
BR: ES Espírito Santo | GO Goiás | MA Maranhão | MG Minas Gerais | MS Mato Grosso do Sul | MT Mato Grosso | PA Pará
BR: PB Paraíba | PE Pernambuco | PI Piauí | PR Paraná | RJ Rio de Janeiro | RN Rio Grande do Norte | RO Rondônia
BR: RR Roraima | RS Rio Grande do Sul | SC Santa Catarina | SE Sergipe | SP São Paulo | TO Tocantins
CA: AB Alberta | BC British Columbia | MB Manitoba | NB New Brunswick | NL Newfoundland and Labrador/Newfoundland
CA: NS Nova Scotia | NT Northwest Territories | NU Nunavut | ON Ontario | PE Prince Edward Island/PEI
CA: QC Quebec/Québec/PQ | SK Saskatchewan | YT Yukon/Yukon Territory
CH: AG Aargau | AI Appenzell Innerrhoden | AR Appenzell Ausserrhoden | BE Bern/Berne | BL Basel-Landschaft/Baselland
CH: BS Basel-Stadt | FR Fribourg/Freiburg | GE Genève/Geneva/Genf | GL Glarus | GR Graubünden/Grisons | JU Jura
CH: LU Luzern/Lucerne | NE Neuchâtel/Neuenburg | NW Nidwalden | OW Obwalden | SG Sankt Gallen/St. Gallen
CH: SH Schaffhausen | SO Solothurn | SZ Schwyz | TG Thurgau | TI Ticino/Tessin | UR Uri | VD Vaud/Waadt
CH: VS Valais/Wallis | ZG Zug | ZH Zürich/Zurich/Zuerich
DE: BB Brandenburg | BE Berlin | BW Baden-Württemberg/Baden-Wuerttemberg | BY Bayern/Bavaria | HB Bremen
DE: HE Hessen/Hesse | HH Hamburg | MV Mecklenburg-Vorpommern | NI Niedersachsen/Lower Saxony
DE: NW Nordrhein-Westfalen/North Rhine-Westphalia/NRW
DE: RP Rheinland-Pfalz/Rhineland-Palatinate | SH Schleswig-Holstein | SL Saarland | SN Sachsen/Saxony
DE: ST Sachsen-Anhalt/Saxony-Anhalt | TH Thüringen/Thuringia/Thueringen
IN: AN Andaman and Nicobar Islands | AP Andhra Pradesh | AR Arunachal Pradesh | AS Assam | BR Bihar | CG Chhattisgarh/CT
IN: CH Chandigarh | DH Dadra and Nagar Haveli and Daman and Diu | DL Delhi/New Delhi | GA Goa | GJ Gujarat
IN: HP Himachal Pradesh | HR Haryana | JH Jharkhand | JK Jammu and Kashmir | KA Karnataka | KL Kerala | LA Ladakh
IN: LD Lakshadweep | MH Maharashtra | ML Meghalaya | MN Manipur | MP Madhya Pradesh | MZ Mizoram | NL Nagaland
IN: OD Odisha/Orissa/OR | PB Punjab | PY Puducherry/Pondicherry | RJ Rajasthan | SK Sikkim | TN Tamil Nadu
IN: TR Tripura | TS Telangana/TG | UK Uttarakhand/UT | UP Uttar Pradesh | WB West Bengal
MX: AGU Aguascalientes | BCN Baja California | BCS Baja California Sur | CAM Campeche | CHH Chihuahua | CHP Chiapas
MX: CMX Ciudad de México/Mexico City/Distrito Federal | COA Coahuila de Zaragoza/Coahuila | COL Colima | DUR Durango
MX: GRO Guerrero | GUA Guanajuato | HID Hidalgo | JAL Jalisco | MEX México/Estado de México
MX: MIC Michoacán de Ocampo/Michoacán | MOR Morelos | NAY Nayarit | NLE Nuevo León | OAX Oaxaca | PUE Puebla
MX: QUE Querétaro | ROO Quintana Roo | SIN Sinaloa | SLP San Luis Potosí | SON Sonora | TAB Tabasco | TAM Tamaulipas
MX: TLA Tlaxcala | VER Veracruz de Ignacio de la Llave/Veracruz | YUC Yucatán | ZAC Zacatecas
US: AA Armed Forces Americas | AE Armed Forces Europe | AK Alaska | AL Alabama | AP Armed Forces Pacific | AR Arkansas
US: AS American Samoa | AZ Arizona | CA California | CO Colorado | CT Connecticut
US: DC District of Columbia/Washington DC | DE Delaware | FL Florida | GA Georgia | GU Guam | HI Hawaii | IA Iowa
US: ID Idaho | IL Illinois | IN Indiana | KS Kansas | KY Kentucky | LA Louisiana | MA Massachusetts | MD Maryland
US: ME Maine | MI Michigan | MN Minnesota | MO Missouri | MP Northern Mariana Islands | MS Mississippi | MT Montana
US: NC North Carolina | ND North Dakota | NE Nebraska | NH New Hampshire | NJ New Jersey | NM New Mexico | NV Nevada
US: NY New York | OH Ohio | OK Oklahoma | OR Oregon | PA Pennsylvania | PR Puerto Rico | RI Rhode Island
US: SC South Carolina | SD South Dakota | TN Tennessee | TX Texas | UT Utah | VA Virginia
US: VI Virgin Islands/Virgin Islands, U.S./US Virgin Islands | VT Vermont | WA Washington | WI Wisconsin
US: WV West Virginia | WY Wyoming
"""


def _rows() -> list[tuple[str, str, list[str]]]:
    """(country, code of the state, its names)."""
    rows = []
    for line in _TABLE.strip().splitlines():
        country, _, states = line.partition(": ")
        for state in states.split(" | "):
            code, _, names = state.partition(" ")
            rows.append((country, code, names.split("/")))
    return rows


_NAMES: dict[str, str] = {f"{country}-{code}": names[0] for country, code, names in _rows()}
_CODES: dict[tuple[str, str], str] = {
    (country, normalize.plain(spelling)): f"{country}-{code}"
    for country, code, names in _rows()
    for spelling in (code, f"{country}-{code}", *names)
}
COUNTRIES: tuple[str, ...] = tuple(dict.fromkeys(country for country, _, _ in _rows()))
"""ISO 3166-1 codes of the countries whose states are known."""


def code_of(country: str, written: str) -> str | None:
    """ISO 3166-2 code of a state however it is written; None if the country has no such state, or is not known.

    >>> code_of("US", "virginia"), code_of("DE", "Bavaria"), code_of("CA", "CA-QC"), code_of("US", "Bavaria")
    ('US-VA', 'DE-BY', 'CA-QC', None)
    """
    return _CODES.get((country, normalize.plain(written)))


def name_of(code: str) -> str:
    """The name of a state; what is no known code stands for itself.

    >>> name_of("US-VA"), name_of("Somerset")
    ('Virginia', 'Somerset')
    """
    return _NAMES.get(code, code)


def short_code(code: str) -> str:
    """The code without its country; what is no known code stands for itself.

    >>> short_code("US-VA"), short_code("Kinki-Nord")
    ('VA', 'Kinki-Nord')
    """
    return code.partition("-")[2] if code in _NAMES else code
