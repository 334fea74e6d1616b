"""Invented reports and near misses, written from the phrase book. The same seed gives the same text.

    Deck      deals the fillers of ``data/phrases.toml`` like packs of cards
    report()  the body of one report as a list of Block
    near()    title and body of one near miss

Real reports differ most in how they are built: part 1 under one heading or spread over many, numbered or run on,
problems and plans apart or together. ``Shape`` holds these choices.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from fazhi_zoo.places import HERE

WORDS = ("行政复议", "负责人出庭应诉", "12348")  # held only by reports that have the feature
PAIRS = (("复议", "复核"), ("应诉", "诉讼"), ("热线", "援助"))  # topic with the word, topic in its place
GROUPS = ("领导", "服务", "制度", "执法", "监督", "社会")
FIGURES = (
    ("法治讲座场次", "场"),
    ("执法人员培训", "人次"),
    ("合同审核", "份"),
    ("纠纷调处", "件"),
    ("主动公开信息", "条"),
    ("行政检查", "次"),
    ("建议提案办理", "件"),
)
NUMERALS = "一二三四五六七八九十"

_SLOT = re.compile(r"\{([^{}]+)\}")

Kind = Literal["h1", "h2", "p", "table", "sign"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading of the first or second level, plain text, a line of the signature, or a table (rows are lines, cells
    stand between tabs)."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Shape:
    """How a report is built.

    ``layout``: ``parts`` = one heading 主要举措 with groups below it, ``groups`` = the groups are first-level headings,
    ``run_on`` = no numbers, each group one long paragraph. ``shared`` = problems and plans under one heading.
    ``lead`` = the opening says 现将…报告如下. ``table`` = a table of figures after part 1 begins.
    ``ascii`` = ASCII brackets, commas and colons, as some systems convert them.
    """

    layout: Literal["parts", "groups", "run_on"] = "parts"
    shared: bool = False
    responsible: bool = True
    other: bool = False
    lead: bool = True
    table: bool = False
    ascii: bool = False


@cache
def book() -> dict[str, Any]:
    """Return the phrase book."""
    return tomllib.loads((HERE / "data" / "phrases.toml").read_text("utf-8"))


@cache
def nears() -> tuple[dict[str, Any], ...]:
    """Return the templates of the near misses."""
    return tuple(tomllib.loads((HERE / "data" / "near.toml").read_text("utf-8"))["near"])


@cache
def titles() -> dict[str, dict[str, list[str]]]:
    """Return the forms of titles: row -> ``organ`` and ``place`` -> templates."""
    return tomllib.loads((HERE / "data" / "titles.toml").read_text("utf-8"))


class Deck:
    """Fills the slots of a phrase; each list of fillers is dealt to its end before it is shuffled again."""

    def __init__(self, rng: random.Random, words: Mapping[str, str]) -> None:
        self.rng = rng
        self.words = words
        self._packs: dict[str, list[str]] = {}

    def deal(self, name: str, source: list[str]) -> str:
        """Return the next card of a pack; ``source`` fills the pack when it is empty."""
        pack = self._packs.get(name)
        if not pack:
            pack = self._packs[name] = self.rng.sample(source, len(source))
        return pack.pop()

    def fill(self, phrase: str, **extra: str) -> str:
        """Return the phrase with every slot filled; a filler may hold slots itself."""

        def slot(match: re.Match[str]) -> str:
            name, _, span = match[1].partition(":")
            if span:
                low, high = map(int, span.split("-"))
                number = self.rng.randint(low, high)
                return str(number) if name == "n" else f"{min(number, high - 1)}.{self.rng.randint(1, 9)}"
            if name in extra:
                return extra[name]
            if name in self.words:
                return self.words[name]
            return self.fill(self.deal(name, book()["fillers"][name]))

        return _SLOT.sub(slot, phrase)

    def some(self, name: str, source: list[str], count: int) -> list[str]:
        """Return ``count`` filled phrases, no phrase twice."""
        return [self.fill(phrase) for phrase in self.rng.sample(source, min(count, len(source)))]


def report(
    rng: random.Random, words: Mapping[str, str], year: int, features: frozenset[str], shape: Shape
) -> list[Block]:
    """Write a report's body without title and signature; it holds exactly those of ``WORDS`` named in ``features``."""
    deck = Deck(rng, {**words, **_years(year)})
    phrases = book()
    blocks = [Block("p", _opening(deck, shape.lead))]
    heads: list[tuple[str, list[Block]]] = []
    measures = [_group(deck, group, features, shape) for group in GROUPS]
    if shape.layout == "parts":
        inner = [block for number, (head, part) in enumerate(measures) for block in (_h2(number, head), *part)]
        heads.append((deck.fill(rng.choice(phrases["parts"]["measures"])), inner))
    else:
        heads.extend(measures)
    problems, plans = _problems(deck), _plans(deck)
    if shape.responsible:
        head = deck.fill(rng.choice(phrases["parts"]["responsible"]))
        items = deck.some("responsible", phrases["responsible"]["items"], rng.randint(3, 5))
        heads.append((head, [Block("p", "".join(items))]))
    if shape.shared:
        heads.append((deck.fill(rng.choice(phrases["parts"]["shared"])), problems + plans))
    else:
        heads.append((deck.fill(rng.choice(phrases["parts"]["problems"])), problems))
        heads.append((deck.fill(rng.choice(phrases["parts"]["plans"])), plans))
    if shape.other:
        heads.append((phrases["parts"]["other"][0], [Block("p", deck.fill(rng.choice(phrases["other"]["items"])))]))
    for number, (head, part) in enumerate(heads):
        if shape.layout == "run_on" and number < len(GROUPS):
            blocks.append(Block("p", f"{head}。" + "".join(block.text for block in part)))
        else:
            blocks.append(Block("h1", f"{NUMERALS[number]}、{head}" if shape.layout != "run_on" else head))
            blocks.extend(part)
    if shape.table:
        blocks.insert(3, _table(deck))
    return [_ascii(block) for block in blocks] if shape.ascii else blocks


def _years(year: int) -> dict[str, str]:
    return {"y": str(year), "y1": str(year + 1), "y0": str(year - 1)}


def _h2(number: int, head: str) -> Block:
    return Block("h2", f"（{NUMERALS[number]}）{head}")


def _ascii(block: Block) -> Block:
    return Block(block.kind, block.text.translate(str.maketrans("，（）：；", ",():;")))


def _opening(deck: Deck, with_lead: bool) -> str:
    part = book()["opening"]
    start, lead, base = (deck.rng.choice(part[key]) for key in ("starts", "leads", "bases"))
    one, two = deck.rng.sample(part["guides"], 2)
    three, four = deck.rng.sample(part["goals"], 2)
    start = start.replace("{guide}", one, 1).replace("{guide}", two).replace("{goal}", three, 1).replace("{goal}", four)
    return deck.fill(start + base + lead if with_lead else start)


def _table(deck: Deck) -> Block:
    rows = ["指标\t单位\t本年\t上年"]
    for name, unit in deck.rng.sample(FIGURES, 4):
        low = deck.rng.randint(12, 900)
        rows.append(f"{name}\t{unit}\t{low + deck.rng.randint(1, 90)}\t{low}")
    return Block("table", "\n".join(rows))


def _group(deck: Deck, group: str, features: frozenset[str], shape: Shape) -> tuple[str, list[Block]]:
    """Return the heading of a group and one paragraph for each of its topics."""
    topics = book()["topics"]
    free = [name for name, topic in topics.items() if topic["group"] == group and "feature" not in topic]
    names = deck.rng.sample(free, min(len(free), deck.rng.randint(1, 3)))
    for marked, plain in PAIRS:
        if topics[marked]["group"] == group:
            names.append(marked if topics[marked]["feature"] in features else plain)
    style = "是" if shape.layout == "run_on" else deck.rng.choice("是1、")
    blocks = []
    for number, name in enumerate(names):
        head = deck.rng.choice(topics[name]["headings"])
        sentences = deck.some(name, topics[name]["sentences"], deck.rng.randint(3, 6))
        if (word := topics[name].get("feature")) in WORDS and word not in head + "".join(sentences):
            sentences.append(deck.fill(next(s for s in topics[name]["sentences"] if word in s)))
        mark = {"是": f"{NUMERALS[number]}是{head}。", "1": f"{number + 1}.{head}。", "、": f"{head}。"}[style]
        blocks.append(Block("p", mark + "".join(sentences)))
    return deck.rng.choice(book()["groups"][group]), blocks


def _problems(deck: Deck) -> list[Block]:
    part = book()["problems"]
    items = deck.some("problems", part["items"], deck.rng.randint(3, 5))
    causes = deck.some("causes", part["causes"], len(items))
    lines = [f"{NUMERALS[i]}是{item}，{cause}。" for i, (item, cause) in enumerate(zip(items, causes, strict=True))]
    return [Block("p", deck.fill(deck.rng.choice(part["intros"]))), *(Block("p", line) for line in lines)]


def _plans(deck: Deck) -> list[Block]:
    part = book()["plans"]
    items = deck.some("plans", part["items"], deck.rng.randint(3, 6))
    lines = [Block("p", f"（{NUMERALS[i]}）{item}") for i, item in enumerate(items)]
    return [Block("p", deck.fill(deck.rng.choice(part["closings"]))), *lines]


def near(
    rng: random.Random, index: int, words: Mapping[str, str], year: int
) -> tuple[str, list[Block], tuple[str, ...], bool]:
    """Write the near miss number ``index`` (taken round the list): title, body, acceptable reasons, whether the title
    leaves open what it is.

    ``words`` holds P, O and T beside the words of an issuer.
    """
    template = nears()[index % len(nears())]
    deck = Deck(rng, {**words, **_years(year)})
    blocks = [Block("p", deck.fill(line)) for line in template["text"]]
    plain = [topic for topic in book()["topics"].values() if "feature" not in topic]
    for topic in rng.sample(plain, template.get("more", 0)):
        blocks.insert(-1, Block("p", "".join(deck.some("near", topic["sentences"], 4))))
    return deck.fill(template["title"]), blocks, tuple(template["reasons"]), template.get("open", False)
