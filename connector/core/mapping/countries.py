"""Countries by ISO 3166-1 code and by the names that people write.

One line each: alpha-2, alpha-3, the common English name (as it is written into Salesforce), then other
spellings: official, former, and in the country's own language where CRM data is full of them.
"""

from __future__ import annotations

from connector.core import normalize

_TABLE = """
AD AND Andorra | Principality of Andorra
AE ARE United Arab Emirates | UAE | U.A.E. | Emirates
AF AFG Afghanistan | Islamic Republic of Afghanistan
AG ATG Antigua and Barbuda
AI AIA Anguilla
AL ALB Albania | Republic of Albania
AM ARM Armenia | Republic of Armenia
AO AGO Angola | Republic of Angola
AQ ATA Antarctica
AR ARG Argentina | Argentine Republic
AS ASM American Samoa
AT AUT Austria | Republic of Austria | Österreich | Oesterreich
AU AUS Australia | Commonwealth of Australia
AW ABW Aruba
AX ALA Aland Islands | Åland
AZ AZE Azerbaijan | Republic of Azerbaijan
BA BIH Bosnia and Herzegovina | Bosnia
BB BRB Barbados
BD BGD Bangladesh | People's Republic of Bangladesh
BE BEL Belgium | Kingdom of Belgium | België | Belgique | Belgien
BF BFA Burkina Faso
BG BGR Bulgaria | Republic of Bulgaria
BH BHR Bahrain | Kingdom of Bahrain
BI BDI Burundi | Republic of Burundi
BJ BEN Benin | Republic of Benin
BL BLM Saint Barthélemy | St. Barthelemy | Saint-Barthélemy
BM BMU Bermuda
BN BRN Brunei Darussalam | Brunei
BO BOL Bolivia | Plurinational State of Bolivia | Bolivia, Plurinational State of
BQ BES Bonaire, Sint Eustatius and Saba | Caribbean Netherlands | Bonaire
BR BRA Brazil | Federative Republic of Brazil | Brasil
BS BHS Bahamas | Commonwealth of the Bahamas | Bahamas, The
BT BTN Bhutan | Kingdom of Bhutan
BV BVT Bouvet Island | Bouvet Island (Bouvetoya)
BW BWA Botswana | Republic of Botswana
BY BLR Belarus | Republic of Belarus
BZ BLZ Belize
CA CAN Canada
CC CCK Cocos (Keeling) Islands | Cocos Islands
CD COD Congo, The Democratic Republic of the | Democratic Republic of the Congo | DR Congo | Congo-Kinshasa | DRC
CF CAF Central African Republic
CG COG Congo | Republic of the Congo | Congo-Brazzaville | Congo, Republic of the
CH CHE Switzerland | Swiss Confederation | Schweiz | Suisse | Svizzera
CI CIV Côte d'Ivoire | Ivory Coast | Republic of Côte d'Ivoire
CK COK Cook Islands
CL CHL Chile | Republic of Chile
CM CMR Cameroon | Republic of Cameroon
CN CHN China | People's Republic of China | PRC | P.R. China | Mainland China
CO COL Colombia | Republic of Colombia
CR CRI Costa Rica | Republic of Costa Rica
CU CUB Cuba | Republic of Cuba
CV CPV Cape Verde | Cabo Verde
CW CUW Curaçao
CX CXR Christmas Island
CY CYP Cyprus | Republic of Cyprus
CZ CZE Czech Republic | Czechia | Česko | Ceska Republika
DE DEU Germany | Federal Republic of Germany | Deutschland | Bundesrepublik Deutschland
DJ DJI Djibouti | Republic of Djibouti
DK DNK Denmark | Kingdom of Denmark | Danmark
DM DMA Dominica | Commonwealth of Dominica
DO DOM Dominican Republic
DZ DZA Algeria | People's Democratic Republic of Algeria
EC ECU Ecuador | Republic of Ecuador
EE EST Estonia | Republic of Estonia | Eesti
EG EGY Egypt | Arab Republic of Egypt
EH ESH Western Sahara
ER ERI Eritrea | State of Eritrea
ES ESP Spain | Kingdom of Spain | España
ET ETH Ethiopia | Federal Democratic Republic of Ethiopia
FI FIN Finland | Republic of Finland | Suomi
FJ FJI Fiji | Republic of Fiji
FK FLK Falkland Islands (Malvinas) | Falkland Islands
FM FSM Micronesia | Federated States of Micronesia | Micronesia, Federated States of
FO FRO Faroe Islands
FR FRA France | French Republic | République française
GA GAB Gabon | Gabonese Republic
GB GBR United Kingdom | United Kingdom of Great Britain and Northern Ireland | UK | U.K. | Great Britain | Britain
GD GRD Grenada
GE GEO Georgia
GF GUF French Guiana
GG GGY Guernsey
GH GHA Ghana | Republic of Ghana
GI GIB Gibraltar
GL GRL Greenland
GM GMB Gambia | Republic of the Gambia | Gambia, The
GN GIN Guinea | Republic of Guinea
GP GLP Guadeloupe
GQ GNQ Equatorial Guinea
GR GRC Greece | Hellenic Republic | Hellas
GS SGS South Georgia and the South Sandwich Islands
GT GTM Guatemala | Republic of Guatemala
GU GUM Guam
GW GNB Guinea-Bissau
GY GUY Guyana | Co-operative Republic of Guyana
HK HKG Hong Kong | Hong Kong SAR | Hong Kong SAR China | Hong Kong, China
HM HMD Heard Island and McDonald Islands
HN HND Honduras | Republic of Honduras
HR HRV Croatia | Republic of Croatia | Hrvatska
HT HTI Haiti | Republic of Haiti
HU HUN Hungary | Magyarország
ID IDN Indonesia | Republic of Indonesia
IE IRL Ireland | Republic of Ireland | Éire
IL ISR Israel | State of Israel
IM IMN Isle of Man
IN IND India | Republic of India
IO IOT British Indian Ocean Territory
IQ IRQ Iraq | Republic of Iraq
IR IRN Iran | Islamic Republic of Iran | Iran, Islamic Republic of
IS ISL Iceland
IT ITA Italy | Italian Republic | Italia
JE JEY Jersey
JM JAM Jamaica
JO JOR Jordan | Hashemite Kingdom of Jordan
JP JPN Japan | Nippon
KE KEN Kenya | Republic of Kenya
KG KGZ Kyrgyzstan | Kyrgyz Republic
KH KHM Cambodia | Kingdom of Cambodia
KI KIR Kiribati | Republic of Kiribati
KM COM Comoros | Union of the Comoros
KN KNA Saint Kitts and Nevis | St. Kitts and Nevis
KP PRK North Korea | Democratic People's Republic of Korea | Korea, Democratic People's Republic of | Korea, North
KR KOR South Korea | Republic of Korea | Korea, Republic of | Korea, South | Korea
KW KWT Kuwait | State of Kuwait
KY CYM Cayman Islands
KZ KAZ Kazakhstan | Republic of Kazakhstan
LA LAO Laos | Lao People's Democratic Republic
LB LBN Lebanon | Lebanese Republic
LC LCA Saint Lucia | St. Lucia
LI LIE Liechtenstein | Principality of Liechtenstein
LK LKA Sri Lanka | Democratic Socialist Republic of Sri Lanka
LR LBR Liberia | Republic of Liberia
LS LSO Lesotho | Kingdom of Lesotho
LT LTU Lithuania | Republic of Lithuania | Lietuva
LU LUX Luxembourg | Grand Duchy of Luxembourg | Luxemburg
LV LVA Latvia | Republic of Latvia | Latvija
LY LBY Libya | State of Libya | Libyan Arab Jamahiriya
MA MAR Morocco | Kingdom of Morocco
MC MCO Monaco | Principality of Monaco
MD MDA Moldova | Republic of Moldova | Moldova, Republic of
ME MNE Montenegro
MF MAF Saint Martin (French part) | Saint Martin | St. Martin
MG MDG Madagascar | Republic of Madagascar
MH MHL Marshall Islands | Republic of the Marshall Islands
MK MKD North Macedonia | Republic of North Macedonia | Macedonia | Macedonia, the former Yugoslav Republic of
ML MLI Mali | Republic of Mali
MM MMR Myanmar | Republic of the Union of Myanmar | Burma
MN MNG Mongolia
MO MAC Macao | Macau | Macao SAR China
MP MNP Northern Mariana Islands
MQ MTQ Martinique
MR MRT Mauritania | Islamic Republic of Mauritania
MS MSR Montserrat
MT MLT Malta | Republic of Malta
MU MUS Mauritius | Republic of Mauritius
MV MDV Maldives | Republic of Maldives
MW MWI Malawi | Republic of Malawi
MX MEX Mexico | United Mexican States | México
MY MYS Malaysia
MZ MOZ Mozambique | Republic of Mozambique
NA NAM Namibia | Republic of Namibia
NC NCL New Caledonia
NE NER Niger | Republic of the Niger
NF NFK Norfolk Island
NG NGA Nigeria | Federal Republic of Nigeria
NI NIC Nicaragua | Republic of Nicaragua
NL NLD Netherlands | Kingdom of the Netherlands | Netherlands, The | Holland | Nederland
NO NOR Norway | Kingdom of Norway | Norge
NP NPL Nepal | Federal Democratic Republic of Nepal
NR NRU Nauru | Republic of Nauru
NU NIU Niue
NZ NZL New Zealand | Aotearoa
OM OMN Oman | Sultanate of Oman
PA PAN Panama | Republic of Panama | Panamá
PE PER Peru | Republic of Peru | Perú
PF PYF French Polynesia
PG PNG Papua New Guinea
PH PHL Philippines | Republic of the Philippines
PK PAK Pakistan | Islamic Republic of Pakistan
PL POL Poland | Republic of Poland | Polska
PM SPM Saint Pierre and Miquelon | St. Pierre and Miquelon
PN PCN Pitcairn | Pitcairn Islands
PR PRI Puerto Rico
PS PSE Palestine | State of Palestine | Palestine, State of | Palestinian Territory
PT PRT Portugal | Portuguese Republic
PW PLW Palau | Republic of Palau
PY PRY Paraguay | Republic of Paraguay
QA QAT Qatar | State of Qatar
RE REU Réunion
RO ROU Romania | România
RS SRB Serbia | Republic of Serbia | Srbija
RU RUS Russia | Russian Federation
RW RWA Rwanda | Republic of Rwanda
SA SAU Saudi Arabia | Kingdom of Saudi Arabia | KSA
SB SLB Solomon Islands
SC SYC Seychelles | Republic of Seychelles
SD SDN Sudan | Republic of the Sudan
SE SWE Sweden | Kingdom of Sweden | Sverige
SG SGP Singapore | Republic of Singapore
SH SHN Saint Helena, Ascension and Tristan da Cunha | Saint Helena | St. Helena
SI SVN Slovenia | Republic of Slovenia | Slovenija
SJ SJM Svalbard and Jan Mayen | Svalbard and Jan Mayen Islands
SK SVK Slovakia | Slovakia (Slovak Republic) | Slovak Republic | Slovensko
SL SLE Sierra Leone | Republic of Sierra Leone
SM SMR San Marino | Republic of San Marino
SN SEN Senegal | Republic of Senegal
SO SOM Somalia | Federal Republic of Somalia
SR SUR Suriname | Republic of Suriname
SS SSD South Sudan | Republic of South Sudan
ST STP Sao Tome and Principe | São Tomé and Príncipe
SV SLV El Salvador | Republic of El Salvador
SX SXM Sint Maarten (Dutch part) | Sint Maarten
SY SYR Syria | Syrian Arab Republic
SZ SWZ Eswatini | Kingdom of Eswatini | Swaziland
TC TCA Turks and Caicos Islands
TD TCD Chad | Republic of Chad
TF ATF French Southern Territories
TG TGO Togo | Togolese Republic
TH THA Thailand | Kingdom of Thailand
TJ TJK Tajikistan | Republic of Tajikistan
TK TKL Tokelau
TL TLS Timor-Leste | Democratic Republic of Timor-Leste | East Timor
TM TKM Turkmenistan
TN TUN Tunisia | Republic of Tunisia
TO TON Tonga | Kingdom of Tonga
TR TUR Turkey | Türkiye | Republic of Türkiye | Republic of Turkey | Tuerkiye
TT TTO Trinidad and Tobago | Republic of Trinidad and Tobago
TV TUV Tuvalu
TW TWN Taiwan | Taiwan, Province of China | Taiwan, Republic of China | Chinese Taipei
TZ TZA Tanzania | United Republic of Tanzania | Tanzania, United Republic of
UA UKR Ukraine
UG UGA Uganda | Republic of Uganda
UM UMI United States Minor Outlying Islands
US USA United States | United States of America | U.S. | U.S.A. | America
UY URY Uruguay | Eastern Republic of Uruguay
UZ UZB Uzbekistan | Republic of Uzbekistan
VA VAT Vatican City | Holy See | Holy See (Vatican City State) | Vatican
VC VCT Saint Vincent and the Grenadines | St. Vincent and the Grenadines
VE VEN Venezuela | Bolivarian Republic of Venezuela | Venezuela, Bolivarian Republic of
VG VGB Virgin Islands, British | British Virgin Islands
VI VIR Virgin Islands, U.S. | U.S. Virgin Islands | US Virgin Islands | United States Virgin Islands
VN VNM Vietnam | Viet Nam | Socialist Republic of Viet Nam | Socialist Republic of Vietnam
VU VUT Vanuatu | Republic of Vanuatu
WF WLF Wallis and Futuna
WS WSM Samoa | Independent State of Samoa
XK XKX Kosovo | Republic of Kosovo
YE YEM Yemen | Republic of Yemen
YT MYT Mayotte
ZA ZAF South Africa | Republic of South Africa
ZM ZMB Zambia | Republic of Zambia
ZW ZWE Zimbabwe | Republic of Zimbabwe
"""


def _rows() -> list[tuple[str, str, list[str]]]:
    rows = [line.split(" ", 2) for line in _TABLE.strip().splitlines()]
    return [(alpha2, alpha3, [name.strip() for name in names.split("|")]) for alpha2, alpha3, names in rows]


def _spelling(text: str) -> str:
    """Case, accents, punctuation, `&` and a leading `the` do not count."""
    return normalize.plain(text.replace("&", " and ")).removeprefix("the ")


_NAMES: dict[str, str] = {alpha2: names[0] for alpha2, _, names in _rows()}
_CODES: dict[str, str] = {
    _spelling(spelling): alpha2 for alpha2, alpha3, names in _rows() for spelling in (alpha2, alpha3, *names)
}


def code_of(written: str) -> str | None:
    """ISO alpha-2 code of a country however it is written; None if it is not known.

    >>> code_of("USA"), code_of("Korea, South"), code_of("Deutschland"), code_of("Atlantis")
    ('US', 'KR', 'DE', None)
    """
    return _CODES.get(_spelling(written))


def name_of(code: str) -> str:
    """The common English name; a code that is not known stands for itself.

    >>> name_of("US")
    'United States'
    """
    return _NAMES.get(code, code)
