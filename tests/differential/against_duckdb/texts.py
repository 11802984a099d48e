"""Texts at which engines differ, and the columns that have many of one kind."""

PLAIN = (
    "", " ", "a", "A", "b", "B", "ab", "Ab", "abc", "zz", "a b", "null", "true", "false", "None", "\\N", "'", '"',
    "''", "x" * 300,
)  # fmt: skip
# Letters whose cases, forms or bytes are traps.
LETTERS = (
    "ä", "Ä", "a\u0308", "é", "e\u0301", "ß", "ẞ", "STRASSE", "İ", "ı", "i", "I", "K", "k", "ς", "Σ", "σ", "ŉ", "ﬁ",
    "Ǆ", "ǅ", "日本", "日本語", "😀", "😀😀", "👩\u200d👩\u200d👧", "\ufeff", "\ufffd", "\uffff", "\U0010ffff",
    "\u0000", "x\u0000y", "\u007f", "\u0085", "İzmir", "izmir", "IZMIR", "i\u0307zmir", "ızmır",
)  # fmt: skip
# What patterns and escapes are made of.
METACHARACTERS = (
    "%", "_", "a%b", "a_b", "100%", "_a", "!", "\\", "a\\b", "\\%", "a\nb", "\n", "\t", "a\r\nb", "^", "$", ".*",
    "[a]", "(", "*", "a.b",
)  # fmt: skip
# Numbers, and what only looks like one.
NUMERALS = (
    "0", "00", "-0", "7", "007", "07", "10", "9", "1", "01", "1.0", "1.00", "1.5", "1e0", "1e3", "1E3", "1000", "-1",
    "+1", "--1", ".5", "5.", ".", "1e999", "inf", "Infinity", "NaN", "0x10", "1_000", "1,000", " 7", "7 ", "٣", "²",
    "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808", "99999999999999999999999",
    "0.1", "0.10", "1e-400", "-1.5e-3",
)  # fmt: skip
# Runs of digits within texts.
RUNS = (
    "a1", "a01", "a001", "a2", "A2", "a10", "a10b", "a10b2", "a10b10", "File9", "file10", "v1.10.2", "v1.9.2",
    "90.0.1", "90", "100", "checkout_1", "checkout_20", "Checkout_1", "buy",
    "0", "00", "7", "07", "a01b2", "a1b02", "a001b2", "A01B", "v01.9.2", "v1.09.2",
)  # fmt: skip
# Those of them whose two cases are not one character each, or not each other's, and parts of the two.
CASED = ("İ", "i", "ß", "ς", "K", "İZ", "iz", "i\u0307", "\u0307")
# Numbers of which only the zeros in front differ from those of others.
ZEROS = ("0", "00", "07", "7", "a1", "a01", "a001", "a01b2", "a1b2", "a1b02", "a001b02", "A01", "v1.9.02", "v01.9.2")
ALL = (*PLAIN, *LETTERS, *METACHARACTERS, *NUMERALS, *RUNS)
# Columns with texts of one kind only, so that a filter meant for that kind tells many of them apart.
THEMES = {
    "geo_city": LETTERS, "category": LETTERS, "action": METACHARACTERS, "os_name": METACHARACTERS,
    "device_screen_width": NUMERALS, "device_screen_height": NUMERALS, "os_version": RUNS, "browser_version": RUNS,
}  # fmt: skip
