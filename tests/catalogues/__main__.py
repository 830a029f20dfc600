"""`make catalogues`: brings new texts into the catalogues and lists what is to be translated."""

import sys

from maps.wording import find_catalogue
from tests.catalogues.texts import ROOT, TRANSLATED, find_texts, list_faults, update_catalogue

texts = find_texts()
found = 0
for lang in TRANSLATED:
    faults = list_faults(update_catalogue(lang, texts))
    found += len(faults)
    print(f"{find_catalogue(lang).relative_to(ROOT)}: {len(faults)} of {len(texts)} to be done")
    for fault in faults:
        print(f"  {fault}")
sys.exit(1 if found else 0)
