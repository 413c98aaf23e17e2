"""Holds an InferenceService to the types that KServe's own SDK has for it: `kserve_schema.py FILE`.

KServe gives no schema file to its users; its SDK is made from the same definitions. Every field must be known where it
stands, and of the type that is wanted there.
"""

import re
import sys

import kserve.models
import kubernetes.client
import yaml

PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float), "object": object, "ResourceQuantity": str}


def check(value, wanted, where):
    """Raises ValueError with the place of what does not fit."""
    if value is None:
        return
    inner = re.fullmatch(r"(?i)list\[(.*)\]", wanted)
    if inner:
        if not isinstance(value, list):
            raise ValueError("%s: a list is wanted" % where)
        for at, item in enumerate(value):
            check(item, inner[1], "%s[%d]" % (where, at))
        return
    inner = re.fullmatch(r"(?i)dict[([]str, (.*)[)\]]", wanted)
    if inner:
        if not isinstance(value, dict):
            raise ValueError("%s: a mapping is wanted" % where)
        for key, item in value.items():
            check(item, inner[1], "%s.%s" % (where, key))
        return
    kind = getattr(kserve.models, wanted, None) or getattr(kubernetes.client, wanted, None)
    if kind is None or wanted in PLAIN:
        plain = PLAIN.get(wanted, (str, int))
        if not isinstance(value, plain) or (isinstance(value, bool) and wanted != "bool"):
            raise ValueError("%s: %s is wanted" % (where, wanted))
        return
    if not isinstance(value, dict):
        raise ValueError("%s: %s is wanted" % (where, wanted))
    names = {outer: own for own, outer in kind.attribute_map.items()}
    for key, item in value.items():
        if key not in names:
            raise ValueError("%s.%s: %s has no such field" % (where, key, wanted))
        check(item, kind.openapi_types[names[key]], "%s.%s" % (where, key))


with open(sys.argv[1]) as file:
    told = yaml.safe_load(file)
if (told["apiVersion"], told["kind"]) != ("serving.kserve.io/v1beta1", "InferenceService"):
    sys.exit("another kind")
try:
    check(told, "V1beta1InferenceService", "InferenceService")
except ValueError as error:
    sys.exit(str(error))
