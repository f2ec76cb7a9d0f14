#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""lint: no check in a test that bash's set -e does not see. asserts.py [FILE…]

`a && b` does not end a test when a fails, and `! a` never does, unless it is the last command of a test, a function or a
subshell: that one's status is the status of the whole."""
import glob
import re
import sys

OPENS = {"if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac", "{": "}"}
ENDS = ("}", ")", "fi", "done", "esac", "else", "elif")
CONDITIONS = ("if", "elif", "while", "until")
STARTS = ("then", "else", "do")


class Lexer:
    """The tokens of a bash script as (text, offset); quotes, substitutions and here-documents are parts of words."""

    def __init__(self, text):
        self.text, self.at, self.documents = text, 0, []

    def skip_quote(self):
        quote = self.text[self.at]
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != quote:
            if quote == "'":
                self.at += 1
            else:
                self.skip_part()
        self.at += 1

    def skip_braces(self, opening, closing):
        """From behind an opening bracket to behind the one that closes it."""
        depth = 1
        while depth and self.at < len(self.text):
            here = self.text[self.at]
            if here in "'\"":
                self.skip_quote()
                continue
            depth += (here == opening) - (here == closing)
            self.skip_part()

    def skip_part(self):
        """One character, escape or substitution."""
        if self.text.startswith("\\", self.at):
            self.at += 2
        elif self.text.startswith("$(", self.at):
            self.at += 2
            self.skip_braces("(", ")")
        elif self.text.startswith("${", self.at):
            self.at += 2
            self.skip_braces("{", "}")
        else:
            self.at += 1

    def skip_word(self):
        while self.at < len(self.text):
            here = self.text[self.at]
            before = self.text[self.at - 1]
            if here in "'\"":
                if here == "'" and before == "$":
                    self.at = re.compile(r"'(?:[^'\\]|\\.)*'", re.S).match(self.text, self.at).end()
                else:
                    self.skip_quote()
            elif here == "(" and before in "=<>":
                self.at += 1
                self.skip_braces("(", ")")
            elif here == "&" and before in "<>" or here == "|" and before == ">":
                self.at += 1
            elif here == "&" and self.text.startswith("&>", self.at):
                self.at += 2
            elif here in " \t\n;&|()":
                return
            else:
                self.skip_part()

    def skip_documents(self):
        for indent, end in self.documents:
            tabs = "\t*" if indent else ""
            found = re.compile(rf"^{tabs}{re.escape(end)}$", re.M).search(self.text, self.at)
            self.at = found.end() + 1 if found else len(self.text)
        self.documents = []

    def token(self):
        gap = re.compile(r"(?:[ \t]|\\\n)*(?:#[^\n]*)?").match(self.text, self.at)
        self.at = start = gap.end()
        if start >= len(self.text):
            return None
        if re.compile(r"\[\[\s").match(self.text, start):
            self.at = re.compile(r"\s\]\](?=[\s;)])").search(self.text, start).end()
        elif self.text.startswith("((", start):
            self.at = self.text.index("))", start) + 2
        elif operator := re.compile(r"&&|\|\||;;&?|[;&|()\n]").match(self.text, start):
            self.at = operator.end()
            if operator.group() == "\n":
                self.skip_documents()
            return operator.group(), start
        else:
            self.skip_word()
            for document in re.finditer(r"(?<!<)<<(-?)(?!<)[ \t]*(['\"\\]?)(\w*)", self.text[start:self.at]):
                end = document.group(3) or re.compile(r"[ \t]*['\"]?(\w+)['\"]?").match(self.text, self.at).group(1)
                self.documents.append((document.group(1), end))
        return self.text[start:self.at], start


class Checker:
    """Follows the lists of commands and the compounds that they stand in."""

    def __init__(self, text):
        self.lexer, self.text = Lexer(text), text
        self.frames = []  # of (kind, the list that it is part of)
        self.faults = []  # offsets
        self.waiting = None  # an unseen check, fine if its compound ends here
        self.begin()

    def begin(self):
        self.words, self.joined, self.negated, self.at, self.condition = 0, False, False, None, False

    def end_list(self):
        """A list of commands is over."""
        if self.words and self.at is not None and (self.joined or self.negated) and not self.condition:
            self.waiting = self.at
        self.begin()

    def settle(self, fine=False):
        if self.waiting is not None and not fine:
            self.faults.append(self.waiting)
        self.waiting = None

    def push(self, kind):
        self.frames.append((kind, self.words, self.joined, self.negated, self.at, self.condition))
        self.begin()

    def pop(self):
        kind, self.words, self.joined, self.negated, self.at, self.condition = self.frames.pop()
        self.words += 1
        return kind

    def run(self):
        function = False
        while (token := self.lexer.token()) is not None:
            text, at = token
            if text in ("\n", ";", "&", ";;", ";;&"):
                # After && and || a list goes on in the next line.
                if text != "\n" or not self.open:
                    self.end_list()
                    self.open = False
                continue
            first = self.words == 0 or self.open
            if not (first and text in ENDS):
                self.settle()
            if self.at is None and text not in STARTS:
                self.at = at
            if text in ("&&", "||"):
                self.joined, self.negated, self.open = text == "&&", False, True
                continue
            if text == "|":
                continue
            if text == "(":
                if self.text[self.lexer.at:self.lexer.at + 1] == ")" and self.words == 1:
                    self.lexer.at += 1
                    function = True
                    self.begin()
                    continue
                self.push("(")
                continue
            if text == ")":
                if self.frames and self.frames[-1][0] == "(":
                    self.end_list()
                    self.settle(fine=True)
                    self.pop()
                else:  # the end of a pattern of case
                    self.begin()
                continue
            self.take_word(text, first, function)
            function = False
        self.end_list()
        self.settle()
        return self.faults

    open = False

    def take_word(self, text, first, function):
        self.open = False
        if first and text == "!":
            self.negated = True
            self.words += 1
            self.open = True
        elif first and text in OPENS or text == "{" and self.text.startswith("@test", self.at or 0):
            kind = "function" if function or (text == "{" and not first) else text
            self.push(kind)
            self.condition = text in CONDITIONS
        elif first and text in CONDITIONS:
            self.begin()
            self.condition = True
        elif first and text in STARTS:
            self.begin()
        elif first and text in ("}", "fi", "done", "esac") and self.frames:
            self.end_list()
            last, self.waiting = self.waiting, None
            kind = self.pop()
            if last is not None and kind in ("{", "if", "case"):
                self.joined = True  # its last list is as the last one of what it stands in
            elif last is not None and kind != "function":
                self.faults.append(last)
        else:
            self.words += 1


def main():
    files = sys.argv[1:] or sorted(glob.glob("tests/**/*.bats", recursive=True) + glob.glob("tests/*.bash"))
    bad = False
    for name in files:
        with open(name, encoding="utf-8") as file:
            text = file.read()
        for at in Checker(text).run():
            number = text.count("\n", 0, at) + 1
            line = text.splitlines()[number - 1].strip()
            print(f"{name}:{number}: a failure here does not end the test: {line}")
            bad = True
    return bad


if __name__ == "__main__":
    sys.exit(main())
