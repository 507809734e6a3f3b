"""The names of time zones, as Java knows them."""

from __future__ import annotations

from functools import cache

from ssbt.compiler.patterns import lazy_pattern

# By region; those after `-` have none.
_NAMES = """
-: CET CST6CDT Cuba EET EST5EDT Egypt Eire GB GB-Eire GMT GMT0 Greenwich Hongkong Iceland Iran
  Israel Jamaica Japan Kwajalein Libya MET MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal
  ROK Singapore Turkey UCT UTC Universal W-SU WET Zulu
Africa: Abidjan Accra Addis_Ababa Algiers Asmara Asmera Bamako Bangui Banjul Bissau Blantyre
  Brazzaville Bujumbura Cairo Casablanca Ceuta Conakry Dakar Dar_es_Salaam Djibouti Douala
  El_Aaiun Freetown Gaborone Harare Johannesburg Juba Kampala Khartoum Kigali Kinshasa Lagos
  Libreville Lome Luanda Lubumbashi Lusaka Malabo Maputo Maseru Mbabane Mogadishu Monrovia Nairobi
  Ndjamena Niamey Nouakchott Ouagadougou Porto-Novo Sao_Tome Timbuktu Tripoli Tunis Windhoek
America: Adak Anchorage Anguilla Antigua Araguaina Argentina/Buenos_Aires Argentina/Catamarca
  Argentina/ComodRivadavia Argentina/Cordoba Argentina/Jujuy Argentina/La_Rioja Argentina/Mendoza
  Argentina/Rio_Gallegos Argentina/Salta Argentina/San_Juan Argentina/San_Luis Argentina/Tucuman
  Argentina/Ushuaia Aruba Asuncion Atikokan Atka Bahia Bahia_Banderas Barbados Belem Belize
  Blanc-Sablon Boa_Vista Bogota Boise Buenos_Aires Cambridge_Bay Campo_Grande Cancun Caracas
  Catamarca Cayenne Cayman Chicago Chihuahua Ciudad_Juarez Coral_Harbour Cordoba Costa_Rica
  Creston Cuiaba Curacao Danmarkshavn Dawson Dawson_Creek Denver Detroit Dominica Edmonton
  Eirunepe El_Salvador Ensenada Fort_Nelson Fort_Wayne Fortaleza Glace_Bay Godthab Goose_Bay
  Grand_Turk Grenada Guadeloupe Guatemala Guayaquil Guyana Halifax Havana Hermosillo
  Indiana/Indianapolis Indiana/Knox Indiana/Marengo Indiana/Petersburg Indiana/Tell_City
  Indiana/Vevay Indiana/Vincennes Indiana/Winamac Indianapolis Inuvik Iqaluit Jamaica Jujuy Juneau
  Kentucky/Louisville Kentucky/Monticello Knox_IN Kralendijk La_Paz Lima Los_Angeles Louisville
  Lower_Princes Maceio Managua Manaus Marigot Martinique Matamoros Mazatlan Mendoza Menominee
  Merida Metlakatla Mexico_City Miquelon Moncton Monterrey Montevideo Montreal Montserrat Nassau
  New_York Nipigon Nome Noronha North_Dakota/Beulah North_Dakota/Center North_Dakota/New_Salem
  Nuuk Ojinaga Panama Pangnirtung Paramaribo Phoenix Port-au-Prince Port_of_Spain Porto_Acre
  Porto_Velho Puerto_Rico Punta_Arenas Rainy_River Rankin_Inlet Recife Regina Resolute Rio_Branco
  Rosario Santa_Isabel Santarem Santiago Santo_Domingo Sao_Paulo Scoresbysund Shiprock Sitka
  St_Barthelemy St_Johns St_Kitts St_Lucia St_Thomas St_Vincent Swift_Current Tegucigalpa Thule
  Thunder_Bay Tijuana Toronto Tortola Vancouver Virgin Whitehorse Winnipeg Yakutat Yellowknife
Antarctica: Casey Davis DumontDUrville Macquarie Mawson McMurdo Palmer Rothera South_Pole Syowa
  Troll Vostok
Arctic: Longyearbyen
Asia: Aden Almaty Amman Anadyr Aqtau Aqtobe Ashgabat Ashkhabad Atyrau Baghdad Bahrain Baku Bangkok
  Barnaul Beirut Bishkek Brunei Calcutta Chita Choibalsan Chongqing Chungking Colombo Dacca
  Damascus Dhaka Dili Dubai Dushanbe Famagusta Gaza Harbin Hebron Ho_Chi_Minh Hong_Kong Hovd
  Irkutsk Istanbul Jakarta Jayapura Jerusalem Kabul Kamchatka Karachi Kashgar Kathmandu Katmandu
  Khandyga Kolkata Krasnoyarsk Kuala_Lumpur Kuching Kuwait Macao Macau Magadan Makassar Manila
  Muscat Nicosia Novokuznetsk Novosibirsk Omsk Oral Phnom_Penh Pontianak Pyongyang Qatar Qostanay
  Qyzylorda Rangoon Riyadh Saigon Sakhalin Samarkand Seoul Shanghai Singapore Srednekolymsk Taipei
  Tashkent Tbilisi Tehran Tel_Aviv Thimbu Thimphu Tokyo Tomsk Ujung_Pandang Ulaanbaatar Ulan_Bator
  Urumqi Ust-Nera Vientiane Vladivostok Yakutsk Yangon Yekaterinburg Yerevan
Atlantic: Azores Bermuda Canary Cape_Verde Faeroe Faroe Jan_Mayen Madeira Reykjavik South_Georgia
  St_Helena Stanley
Australia: ACT Adelaide Brisbane Broken_Hill Canberra Currie Darwin Eucla Hobart LHI Lindeman
  Lord_Howe Melbourne NSW North Perth Queensland South Sydney Tasmania Victoria West Yancowinna
Brazil: Acre DeNoronha East West
Canada: Atlantic Central Eastern Mountain Newfoundland Pacific Saskatchewan Yukon
Chile: Continental EasterIsland
Europe: Amsterdam Andorra Astrakhan Athens Belfast Belgrade Berlin Bratislava Brussels Bucharest
  Budapest Busingen Chisinau Copenhagen Dublin Gibraltar Guernsey Helsinki Isle_of_Man Istanbul
  Jersey Kaliningrad Kiev Kirov Kyiv Lisbon Ljubljana London Luxembourg Madrid Malta Mariehamn
  Minsk Monaco Moscow Nicosia Oslo Paris Podgorica Prague Riga Rome Samara San_Marino Sarajevo
  Saratov Simferopol Skopje Sofia Stockholm Tallinn Tirane Tiraspol Ulyanovsk Uzhgorod Vaduz
  Vatican Vienna Vilnius Volgograd Warsaw Zagreb Zaporozhye Zurich
Indian: Antananarivo Chagos Christmas Cocos Comoro Kerguelen Mahe Maldives Mauritius Mayotte
  Reunion
Mexico: BajaNorte BajaSur General
Pacific: Apia Auckland Bougainville Chatham Chuuk Easter Efate Enderbury Fakaofo Fiji Funafuti
  Galapagos Gambier Guadalcanal Guam Honolulu Johnston Kanton Kiritimati Kosrae Kwajalein Majuro
  Marquesas Midway Nauru Niue Norfolk Noumea Pago_Pago Palau Pitcairn Pohnpei Ponape Port_Moresby
  Rarotonga Saipan Samoa Tahiti Tarawa Tongatapu Truk Wake Wallis Yap
US: Alaska Aleutian Arizona Central East-Indiana Eastern Hawaii Indiana-Starke Michigan Mountain
  Pacific Samoa
"""
# Those in which no hour has come twice since the year 2000; only newer names are missing.
_STEADY = """
-: ACT CAT CTT EAT EST GMT GMT0 Greenwich HST Hongkong IST Iceland JST Jamaica Japan Kwajalein MST
  PNT PRC PRT ROK SST Singapore UCT UT UTC Universal VST Z Zulu
Africa: Abidjan Accra Addis_Ababa Algiers Asmara Asmera Bamako Bangui Banjul Bissau Blantyre
  Brazzaville Bujumbura Conakry Dakar Dar_es_Salaam Djibouti Douala Freetown Gaborone Harare
  Johannesburg Kampala Kigali Kinshasa Lagos Libreville Lome Luanda Lubumbashi Lusaka Malabo Maputo
  Maseru Mbabane Mogadishu Monrovia Nairobi Ndjamena Niamey Nouakchott Ouagadougou Porto-Novo
  Timbuktu
America: Anguilla Antigua Aruba Atikokan Barbados Belem Belize Blanc-Sablon Bogota Cayenne Cayman
  Coral_Harbour Costa_Rica Creston Curacao Danmarkshavn Dawson_Creek Dominica El_Salvador Grenada
  Guadeloupe Guayaquil Guyana Hermosillo Jamaica Kralendijk La_Paz Lima Lower_Princes Manaus
  Marigot Martinique Montserrat Panama Paramaribo Phoenix Port_of_Spain Porto_Velho Puerto_Rico
  Regina Santarem St_Barthelemy St_Kitts St_Lucia St_Thomas St_Vincent Swift_Current Tortola Virgin
Antarctica: DumontDUrville Rothera Syowa
Asia: Aden Ashgabat Ashkhabad Bahrain Bangkok Brunei Calcutta Chongqing Chungking Dili Dubai
  Dushanbe Harbin Ho_Chi_Minh Hong_Kong Jakarta Jayapura Kabul Kashgar Kathmandu Katmandu Kolkata
  Kuala_Lumpur Kuching Kuwait Macao Macau Makassar Manila Muscat Phnom_Penh Pontianak Qatar Rangoon
  Riyadh Saigon Samarkand Seoul Shanghai Singapore Taipei Tashkent Thimbu Thimphu Tokyo
  Ujung_Pandang Urumqi Vientiane Yangon
Atlantic: Cape_Verde Reykjavik South_Georgia St_Helena
Australia: Brisbane Darwin Lindeman North Queensland
Brazil: West
Canada: Saskatchewan
Indian: Antananarivo Chagos Christmas Cocos Comoro Kerguelen Mahe Maldives Mayotte Reunion
Pacific: Bougainville Chuuk Efate Enderbury Fakaofo Funafuti Galapagos Gambier Guadalcanal Guam
  Honolulu Johnston Kanton Kiritimati Kosrae Kwajalein Majuro Marquesas Midway Nauru Niue Noumea
  Pago_Pago Palau Pitcairn Pohnpei Ponape Port_Moresby Rarotonga Saipan Samoa Tahiti Tarawa Truk
  Wake Wallis Yap
US: Arizona Hawaii Samoa
"""
_SHORT = (
    "ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT EST HST IET IST JST MIT MST NET NST PLT"
    " PNT PRT PST SST VST Z UT GMT UTC"
)
# What Java reads of three letters that mean other zones as well, or no summer time.
SHORT_ZONES = {
    "ACT": "Australia/Darwin",
    "AET": "Australia/Sydney",
    "AGT": "America/Argentina/Buenos_Aires",
    "ART": "Africa/Cairo",
    "AST": "America/Anchorage",
    "BET": "America/Sao_Paulo",
    "BST": "Asia/Dhaka",
    "CNT": "America/St_Johns",
    "CST": "America/Chicago",
    "CTT": "Asia/Shanghai",
    "ECT": "Europe/Paris",
    "EST": "-05:00",
    "HST": "-10:00",
    "IET": "America/Indiana/Indianapolis",
    "IST": "Asia/Kolkata",
    "MIT": "Pacific/Apia",
    "MST": "-07:00",
    "NET": "Asia/Yerevan",
    "NST": "Pacific/Auckland",
    "PLT": "Asia/Karachi",
    "PNT": "America/Phoenix",
    "PRT": "America/Puerto_Rico",
    "PST": "America/Los_Angeles",
    "SST": "Pacific/Guadalcanal",
}
_OFFSET = lazy_pattern(r"(?:UTC|GMT|UT)?[+-](\d{1,2})(?::?\d{1,2})?(?::?\d{2})?\Z")
_FIXED = lazy_pattern(
    r"Etc/(?:GMT(?:0|[+-]1?\d)?|UCT|UTC|Universal|Zulu|Greenwich)\Z|SystemV/[A-Z]{3}\d+\Z"
)
_OLD = lazy_pattern(r"SystemV/\w+\Z")
_UTC = ("UTC", "GMT", "UT", "UCT", "Z", "Zulu", "Universal", "Greenwich", "GMT0", "GMT+0", "GMT-0")
_ZERO = lazy_pattern(r"(?:UTC|GMT|UT)?[+-]0{1,2}(?::?00?)?(?::?00)?")
_MAXIMUM_HOURS = 18


@cache
def zone_names() -> frozenset[str]:
    """All names but those of offsets."""
    return _read_names(_NAMES) | set(_SHORT.split())


def _read_names(table: str) -> frozenset[str]:
    """The names of a table, with their regions."""
    names = set()
    region = ""
    for word in table.split():
        if word.endswith(":"):
            region = "" if word == "-:" else word[:-1] + "/"
        else:
            names.add(region + word)
    return frozenset(names)


def is_zone(name: str) -> bool:
    """Whether a text names a time zone or an offset from UTC."""
    offset = _OFFSET.match(name)
    if offset is not None:
        return int(offset[1]) <= _MAXIMUM_HOURS
    is_old = _FIXED.match(name) is not None or _OLD.match(name) is not None
    return is_old or name in zone_names()


def is_utc(name: str) -> bool:
    """Whether a zone is UTC, by any of its names."""
    return name.removeprefix("Etc/") in _UTC or _ZERO.fullmatch(name) is not None


@cache
def _steady_zones() -> frozenset[str]:
    return _read_names(_STEADY)


def has_repeated_hours(name: str) -> bool:
    """Whether clocks of a zone have been set back since the year 2000: an hour has come twice."""
    is_offset = _OFFSET.match(name) is not None or _FIXED.match(name) is not None
    return not (is_offset or name in _steady_zones())
