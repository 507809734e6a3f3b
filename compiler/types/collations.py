"""The names of collations."""

from __future__ import annotations

from functools import cache

# The locales of Spark 4's ICU; each may have `_CI` or `_CS`, `_AI` or `_AS`, and `_RTRIM` behind.
_LOCALES = """
    af am ar ar_SAU as az be bg bn bo br bs bs_Cyrl ca ceb chr cs cy da de de_AUT dsb dz ee el
    en en_USA eo es et fa fa_AFG ff ff_Adlm fi fil fo fr fr_CAN fy ga gl gu ha haw he he_ISR hi
    hr hsb hu hy id id_IDN ig is it ja ka kk kl km kn ko kok ku ky lb lij lkt ln lo lt lv mk ml
    mn mr ms mt my nb nb_NOR ne nl nn no nso om or pa pa_Guru pa_Guru_IND pl ps pt ro ru sa se
    si sk sl smn sq sr sr_Cyrl sr_Cyrl_BIH sr_Cyrl_MNE sr_Cyrl_SRB sr_Latn sr_Latn_BIH
    sr_Latn_SRB st sv sw ta te th tk tn to tr ug uk ur uz vi wae wo xh yi yo zh zh_Hans
    zh_Hans_CHN zh_Hans_SGP zh_Hant zh_Hant_HKG zh_Hant_MAC zh_Hant_TWN zu
"""
_PLAIN = ("UTF8_BINARY", "UTF8_LCASE")
_SUFFIXES = ("_CI", "_CS", "_AI", "_AS", "_RTRIM")


@cache
def _locales() -> frozenset[str]:
    return frozenset(_LOCALES.upper().split()) | {"UNICODE"}


def is_collation(name: str) -> bool:
    """Whether Spark has a collation of this name, in any case."""
    stem = name.upper()
    if stem.removesuffix("_RTRIM") in _PLAIN:
        return True
    while suffix := next((each for each in _SUFFIXES if stem.endswith(each)), None):
        stem = stem.removesuffix(suffix)
    return stem in _locales()
