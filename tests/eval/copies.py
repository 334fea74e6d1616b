"""How alike copies are, and how alike other reports: what the limits of ``archive.nearness`` were chosen from.

    python tests/eval/copies.py        prints the table of docs/evaluation.md

Reports are those of the search benchmark (``tests/bench/crowded.py``): as long as real ones, with as many phrases in
common. COPIES are what happens to a report on its way to another site; OTHERS are reports that must not be taken for a
copy, though they stand on the same template. The five real reports (``seeds``) go through the same mill in the tests.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from crowded import generate  # needs the line above

from archive import nearness, tokens

SHARED = Path(os.environ.get("FAZHI_SHARED", Path(__file__).resolve().parents[3] / "shared"))
Change = Callable[[random.Random, str], str]

READINGS = ("shí", "zhèng", "fǎ", "jiàn", "guó", "xíng")
NAMES = {
    "法治政府": "必威体育app官网",
    "人民政府": "必威体育",
    "全区": "XX区",
    "我区": "XX区",
    "本区": "XX区",
    "区政府": "XX",
}
WIDTHS = str.maketrans("，（）：；。、", ",():; ,")
PARAGRAPH = 60  # characters; a shorter line is a heading


def texts(count: int) -> list[str]:
    """Return generated reports."""
    return [row.text for row in islice(generate(count), count)]


def footer(rng: random.Random, text: str) -> str:
    """Another line about the site at the end, another view counter at the beginning."""
    return f"浏览次数：{rng.randint(1, 9999)}\n{text}\n主办：{_noise(rng, text, 60)} 技术支持：{_noise(rng, text, 40)}"


def _noise(rng: random.Random, text: str, size: int) -> str:
    return "".join(rng.choices(text.replace("\n", ""), k=size))


def without(share: float) -> Change:
    """A share of the characters cut out, whole lines."""

    def change(rng: random.Random, text: str) -> str:
        lines = dict(enumerate(text.split("\n")))
        size = len(text)
        for at in rng.sample(sorted(lines), len(lines)):
            if sum(map(len, lines.values())) - len(lines[at]) >= size * (1 - share):
                del lines[at]
        return "\n".join(lines.values())

    return change


def beginning(share: float) -> Change:
    """The first page of an article that was cut in pages."""
    return lambda rng, text: text[: int(len(text) * share)]


def misread(rate: float) -> Change:
    """Characters another, as text recognition has them."""

    def change(rng: random.Random, text: str) -> str:
        return "".join(rng.choice(text) if rng.random() < rate and tokens.is_han(char) else char for char in text)

    return change


def traditional(rng: random.Random, text: str) -> str:
    """The text in traditional characters."""
    return text.translate({ord(simple): chr(code) for code, simple in tokens.simplified().items()})


def pinyin(rng: random.Random, text: str) -> str:
    """Traditional, with readings put between: 實(shí)施."""
    return "".join(
        f"{char}({rng.choice(READINGS)})" if rng.random() < 0.06 and tokens.is_han(char) else char
        for char in traditional(rng, text)
    )


def renamed(rng: random.Random, text: str) -> str:
    """Names replaced, as hijacked mirrors and collections of samples do."""
    for name, other in NAMES.items():
        text = text.replace(name, other)
    return text


def later(rng: random.Random, text: str) -> str:
    """Every year raised by two, as a content farm does."""
    return re.sub(r"20\d\d", lambda year: str(int(year[0]) + 2), text)


def widths(rng: random.Random, text: str) -> str:
    """Another punctuation."""
    return text.translate(WIDTHS)


def farmed(rng: random.Random, text: str) -> str:
    """A content farm: years raised, names replaced, a tenth cut out, a footer."""
    return footer(rng, without(0.1)(rng, renamed(rng, later(rng, text))))


def hijacked(rng: random.Random, text: str) -> str:
    """A hijacked mirror: names replaced, a tenth cut out, pinyin between traditional characters."""
    return pinyin(rng, without(0.1)(rng, renamed(rng, text)))


def same_template(share: float, others: list[str]) -> Change:
    """The next year's report, or a sister's: that share of the paragraphs as they were but for the figures, the other
    paragraphs of its own."""
    own = [line for other in others for line in other.split("\n") if len(line) >= PARAGRAPH]

    def change(rng: random.Random, text: str) -> str:
        lines = text.split("\n")
        spared = [at for at, line in enumerate(lines) if len(line) >= PARAGRAPH]
        for at in rng.sample(spared, round(len(spared) * (1 - share))):
            lines[at] = rng.choice(own)
        return re.sub(r"\d+", lambda figure: _figure(rng, len(figure[0])), later(rng, "\n".join(lines)))

    return change


def _figure(rng: random.Random, digits: int) -> str:
    return str(rng.randrange(10 ** (digits - 1), 10**digits))


COPIES: dict[str, Change] = {
    "another footer and counter": footer,
    "another punctuation": widths,
    "traditional characters": traditional,
    "traditional with pinyin between": pinyin,
    "names replaced": renamed,
    "years raised": later,
    "1 % of the characters misread": misread(0.01),
    "3 % misread": misread(0.03),
    "5 % misread": misread(0.05),
    "10 % cut out": without(0.1),
    "20 % cut out": without(0.2),
    "30 % cut out": without(0.3),
    "content farm: years, names, 10 % cut, footer": farmed,
    "hijacked mirror: names, 10 % cut, pinyin": hijacked,
}
BEYOND: dict[str, Change] = {  # copies too, but no longer told from reports on one template
    "8 % misread": misread(0.08),
    "40 % cut out": without(0.4),
    "first page of two": beginning(0.5),
}
LAZY = "same template, every paragraph but for the figures"


def others(made: list[str]) -> dict[str, Change]:
    """Return what must not be taken for a copy; the paragraphs of their own come from ``made``."""
    changes: dict[str, Change] = {
        f"same template, {share:.0%} of the paragraphs but for the figures": same_template(share, made)
        for share in (0.3, 0.5, 0.7, 0.8)
    }
    changes[LAZY] = same_template(1, made)
    changes["another report"] = lambda rng, text: rng.choice([each for each in made if each != text])
    return changes


def spread(made: list[str], change: Change, draws: int = 1) -> list[tuple[float, float | None, bool]]:
    """Return for each text and what became of it: how alike their words are, their figures, and the verdict."""
    found = []
    for number, text in enumerate(made * draws):
        other = change(random.Random(number), text)
        found.append((nearness.similarity(text, other), nearness.figures(text, other), nearness.near(text, other)))
    return found


def row(name: str, found: list[tuple[float, float | None, bool]]) -> str:
    """Return a row of the table."""
    told = [_range([words for words, _, _ in found]), _range([alike for _, alike, _ in found if alike is not None])]
    return f"| {name} | {told[0]} | {told[1]} | {sum(near for *_, near in found) / len(found):.0%} |"


def _range(values: list[float]) -> str:
    low, middle, high = min(values), sorted(values)[len(values) // 2], max(values)
    return f"{low:.2f} - {middle:.2f} - {high:.2f}"


def main() -> None:
    """Print the table for generated reports, and where they are at hand for the real ones."""
    real = [file.read_text("utf-8") for file in sorted((SHARED / "seeds").glob("0*.txt"))]
    for made, draws in ((texts(100), 1), (real, 20)):
        if made:
            print(f"{len(made)} reports, {draws} draw(s)")
            print("| what became of it | words | figures | near |\n|---|---|---|---|")
            for name, change in {**COPIES, **BEYOND, **others(made)}.items():
                print(row(name, spread(made, change, draws)))


if __name__ == "__main__":
    main()
