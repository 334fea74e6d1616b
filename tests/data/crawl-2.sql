-- A database of schema 2 as fazhi at commit c6cd4a0 made it: fictional places. See tests/test_migrations.py.
pragma user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE captures (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    url TEXT,
    portal TEXT,
    adcode TEXT,
    role TEXT NOT NULL,
    title TEXT,
    date TEXT,
    parent TEXT,
    fetched TEXT,
    status INTEGER NOT NULL,
    mime TEXT,
    digest TEXT NOT NULL,
    warc TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    kind TEXT NOT NULL,
    depth INTEGER NOT NULL,
    crawl TEXT,
    etag TEXT,
    last_modified TEXT,
    tls TEXT
);
INSERT INTO "captures" VALUES('20260301080000-12284e4459','http://www.example0.gov.cn/t0.html','http://www.example0.gov.cn/t0.html','990102','990102','report',NULL,NULL,NULL,'2026-03-01T08:00:00.000000Z',200,'text/html','sha256:12284e44597f1755e1e54d6caf27c45650865bbdea09365c7c30827712c246ea','fazhi-1.warc.gz',0,'response',0,NULL,NULL,NULL,NULL);
INSERT INTO "captures" VALUES('20260302080000-0cb5a38d5a','http://www.example0.gov.cn/t0.html','http://www.example0.gov.cn/t0.html','990102','990102','report',NULL,NULL,NULL,'2026-03-02T08:00:00.000001Z',200,'text/html','sha256:0cb5a38d5abc352b51db0810f3eb2c90d77d636a004cfc86753ef3167a870acf','fazhi-1.warc.gz',1,'response',0,NULL,NULL,NULL,NULL);
INSERT INTO "captures" VALUES('20260303080000-6f880d2c82','http://news.example.com/1.html','http://news.example.com/1.html','990102','990102','report',NULL,NULL,NULL,'2026-03-03T08:00:00.000002Z',200,'text/html','sha256:6f880d2c82df27af1dec0bcd4361c2173dfcc830c640371ea5fcf1331a8efce6','fazhi-1.warc.gz',2,'response',0,NULL,NULL,NULL,NULL);
INSERT INTO "captures" VALUES('20260304080000-e072559ec8','http://www.example3.gov.cn/t3.html','http://www.example3.gov.cn/t3.html','990102','990102','report',NULL,NULL,NULL,'2026-03-04T08:00:00.000003Z',200,'text/html','sha256:e072559ec8f03c7bf5558b464a655c018fee2ae5f2ee8fb9a7c82d940e42544f','fazhi-1.warc.gz',3,'response',0,NULL,NULL,NULL,NULL);
INSERT INTO "captures" VALUES('20260305080000-200154a95d','http://www.example4.gov.cn/t4.html','http://www.example4.gov.cn/t4.html','990102','990102','report',NULL,NULL,NULL,'2026-03-05T08:00:00.000004Z',200,'text/html','sha256:200154a95da9c486b301ea689094af1b96ed4426857ca983b378ecb74f73a494','fazhi-1.warc.gz',4,'response',0,NULL,NULL,NULL,NULL);
CREATE TABLE crawls (id TEXT PRIMARY KEY, started TEXT NOT NULL, ended TEXT, state TEXT NOT NULL);
INSERT INTO "crawls" VALUES('20260301T080000Z-aaaa','2026-03-01T08:00:00+00:00',NULL,'finished');
CREATE TABLE entries (
    portal TEXT NOT NULL, listing TEXT NOT NULL, round INTEGER NOT NULL, page INTEGER NOT NULL, url TEXT NOT NULL,
    PRIMARY KEY (portal, listing, round, url)
) WITHOUT ROWID;
INSERT INTO "entries" VALUES('990102','http://www.example0.gov.cn/',0,0,'http://www.example0.gov.cn/t0.html');
CREATE TABLE hosts (
    host TEXT PRIMARY KEY, hold_until REAL NOT NULL, delay REAL NOT NULL, strikes INTEGER NOT NULL, blocked TEXT
);
INSERT INTO "hosts" VALUES('www.example0.gov.cn',0.0,0.0,0,NULL);
CREATE TABLE rounds (
    portal TEXT PRIMARY KEY, round INTEGER NOT NULL, open INTEGER NOT NULL, opened TEXT NOT NULL
);
INSERT INTO "rounds" VALUES('990102',0,0,'2026-03-01T08:00:00+00:00');
CREATE TABLE targets (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL,            -- code of the catalogue; empty for single addresses the user gave
    url TEXT NOT NULL,               -- canonical; what is posted to it behind a '#' (Target.key)
    host TEXT NOT NULL,              -- with port
    role TEXT NOT NULL,              -- listing, report, attachment
    title TEXT, date TEXT, parent TEXT,
    depth INTEGER NOT NULL,
    prio INTEGER NOT NULL,
    listing TEXT,                    -- first page of the listing this page belongs to
    page INTEGER NOT NULL,
    pager TEXT,                      -- JSON: how the listing goes on
    guessed INTEGER NOT NULL,        -- a column found by the look of its name
    state TEXT NOT NULL,             -- one of STATES
    round INTEGER NOT NULL,          -- round of the portal it was last queued or settled in
    asked INTEGER NOT NULL DEFAULT 0, -- times it was handed out in this round without a result
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL DEFAULT 0, -- seconds since the epoch
    note TEXT NOT NULL DEFAULT '',
    truncated TEXT,                  -- why its listing was cut short here
    same TEXT,                       -- what doubles have in common (addresses.double_key); null for a POST
    UNIQUE (portal, url)
);
INSERT INTO "targets" VALUES(1,'990102','http://www.example0.gov.cn/t0.html','www.example0.gov.cn','report',NULL,NULL,NULL,0,0,'http://www.example0.gov.cn/',0,NULL,0,'done',0,0,0,0.0,'',NULL,NULL);
CREATE TABLE verdicts (
    crawl TEXT NOT NULL, portal TEXT NOT NULL, name TEXT NOT NULL, verdict TEXT NOT NULL, pages INTEGER NOT NULL,
    reports INTEGER NOT NULL, rejected INTEGER NOT NULL, remark TEXT NOT NULL,
    PRIMARY KEY (crawl, portal)
);
INSERT INTO "verdicts" VALUES('20260301T080000Z-aaaa','990102','临溪区人民政府','ok',0,0,0,'');
CREATE INDEX captures_digest ON captures (digest, kind);
CREATE INDEX captures_url ON captures (url, fetched);
CREATE INDEX captures_target ON captures (target, fetched);
CREATE INDEX targets_next ON targets(host, state, asked, prio DESC, id);
CREATE INDEX targets_due ON targets(host, state, asked, next_at);
CREATE INDEX targets_portal ON targets(portal, state);
CREATE INDEX targets_same ON targets(portal, same);
CREATE INDEX targets_guessed ON targets(portal, round) WHERE guessed;
COMMIT;
