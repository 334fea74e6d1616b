"""CPU of reading the division table once, and of resolving a place on a page of usual length."""

from __future__ import annotations

import time

import pytest

from archive import divisions, regions

TEXT = "我市按照省、襄阳市部署,枣阳市司法局和各镇(街道)落实责任,全市村(社区)法律顾问工作扎实推进。" * 120


@pytest.mark.benchmark(group="regions", timer=time.process_time)
def test_the_table_is_read(benchmark) -> None:
    def read() -> object:
        divisions._load.cache_clear()
        return divisions._load("")

    assert benchmark.pedantic(read, rounds=3)


@pytest.mark.benchmark(group="regions", timer=time.process_time)
def test_a_place_is_resolved(benchmark) -> None:
    def resolve() -> regions.Resolution:
        return regions.resolve(
            title="朝阳区2020年法治政府建设情况报告", issuer="朝阳区司法局", publisher=None, site_name=None,
            site_code=None, index_no=None, portal_code=None, text=TEXT, year=2020,
        )  # fmt: skip

    assert benchmark(resolve).issues
