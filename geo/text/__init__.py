"""News text to mentions: reading, recognising, roles and modality."""

from geo.text.document import Document, document_from_text, parse_document, read_document
from geo.text.find import ROLE_LANGUAGES, find_mentions
from geo.text.mentions import Echo, Mention
from geo.text.names import NameFact, NameIndex
from geo.text.recogniser import RULES, Recogniser, open_recogniser

__all__ = [
    "ROLE_LANGUAGES",
    "RULES",
    "Document",
    "Echo",
    "Mention",
    "NameFact",
    "NameIndex",
    "Recogniser",
    "document_from_text",
    "find_mentions",
    "open_recogniser",
    "parse_document",
    "read_document",
]
