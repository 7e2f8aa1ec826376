import { describe, expect, it } from "vitest";
import type { ModelCard } from "../src/api/types";
import { agreement, inWords } from "../src/pure/agreement";
import { beyond, chosen, gone, suggested } from "../src/pure/choice";
import { CATALOGUE, explain, waitFor } from "../src/pure/explain";
import { choices } from "../src/pure/features";
import * as format from "../src/pure/format";
import { lines, segmentMetric, segmentNames, segments, spots } from "../src/pure/measured";
import { recent } from "../src/pure/recent";
import { repeated } from "../src/pure/seen";
import { weightIn } from "../src/pure/weight";
import { placed } from "../src/plots/labels";

describe("what answers share", () => {
  const shared = agreement([
    { model: "als", items: [1, 2, 3] },
    { model: "ease", items: [3, 2, 9] },
    { model: "popular", items: [2, 7] },
  ]);

  it("counts in how many answers each item stands", () => {
    expect(Object.fromEntries(shared.counts)).toEqual({ 1: 1, 2: 3, 3: 2, 7: 1, 9: 1 });
  });

  it("says it in words", () => {
    expect(inWords(shared)).toBe("1 of 3 are in all 3 answers. In one only: als 1, ease 1, popular 1.");
    expect(inWords(agreement([{ model: "als", items: [1] }]))).toBe("");
    expect(
      inWords(
        agreement([
          { model: "a", items: [1] },
          { model: "b", items: [1] },
        ]),
      ),
    ).toBe("1 of 1 are in both answers. None is in one only.");
  });
});

it("finds seen items among answers, whatever the type of their ids", () => {
  const answers = [
    { model: "als", version: "v1", items: [50, 172] },
    { model: "ease", version: "v2", items: ["x"] },
  ];
  expect(repeated(answers, new Set(["172", "x"]))).toEqual([
    { model: "als", version: "v1", item_id: 172 },
    { model: "ease", version: "v2", item_id: "x" },
  ]);
});

describe("numbers and names", () => {
  it("keeps scores short whatever their size", () => {
    expect([0.30059, 17.04, 3.6286, 1234.5, 0.00001, 0, -0.5].map(format.score)).toEqual([
      "0.301",
      "17.0",
      "3.63",
      "1235",
      "1.0e-5",
      "0.000",
      "-0.500",
    ]);
  });

  it("shows metrics of any size, and what is no number as none", () => {
    expect([0.07683, 0, 1.5, -0.2, 0.00001, 12345.6, NaN].map(format.metric)).toEqual([
      "0.0768",
      "0.0000",
      "1.5000",
      "-0.2000",
      "1.0e-5",
      "12,346",
      "—",
    ]);
    expect([0.25, -3.5, 0.0001].map(format.signed)).toEqual(["+0.250", "−3.50", "+1.0e-4"]);
    expect([5, 0.333333, 123456].map(format.weight)).toEqual(["5", "0.3333", "123,456"]);
  });

  it("takes the weights that the API takes", () => {
    expect(["", " ", "4.5", "1e6", "0", "-1", "1000001", "x"].map(weightIn)).toEqual([
      null,
      null,
      4.5,
      1e6,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("offers what a link tells, known or not, under any name", () => {
    const told = JSON.parse('{"sex": "x", "__proto__": "1", "constructor": "2"}') as Record<string, string>;
    expect(choices({ sex: ["f", "m"], age: ["1"] }, told)).toEqual([
      { name: "sex", values: ["f", "m", "x"], told: "x" },
      { name: "age", values: ["1"], told: null },
      { name: "__proto__", values: ["1"], told: "1" },
      { name: "constructor", values: ["2"], told: "2" },
    ]);
  });

  it("reads sources and features", () => {
    expect(format.source("popular:age_25_34,sex_f")).toBe("Popular: age 25–34, sex f");
    expect(format.source("popular_recent")).toBe("Popular recent");
    expect(format.featureValue("age", "age_25_34")).toBe("25–34");
    expect(format.featureValue("age", "age_65_inf")).toBe("65+");
    expect(format.source("popular:age_65_inf")).toBe("Popular: age 65+");
    expect(format.featureValue("sex", "M")).toBe("M");
  });

  it("shows dates in UTC and nothing for none", () => {
    expect([format.date(0), format.date(null), format.date(1e300)]).toEqual(["1 Jan 1970", "", ""]);
    expect(format.moment("nonsense")).toBe("—");
  });
});

const card = (model: string, family: string, ndcg: number, more: Partial<ModelCard> = {}): ModelCard => ({
  model,
  family,
  version: "v",
  metrics: { "ndcg@10": ndcg },
  ...more,
});

describe("which models are shown", () => {
  const cards = [
    card("popular", "lists", 3),
    card("als", "factorization", 7),
    card("random", "lists", 1),
    card("ease", "knn", 8),
    card("knn", "knn", 6),
    card("rp3", "knn", 5),
  ];

  it("suggests the best, and one list to compare with", () => {
    expect(suggested(cards)).toEqual(["ease", "als", "knn", "popular"]);
  });

  it("takes those wanted that exist, and none where none is wanted", () => {
    expect(chosen(["rp3", "gone", "rp3"], cards)).toEqual(["rp3"]);
    expect(chosen([], cards)).toEqual([]);
    expect(chosen(["gone"], cards)).toEqual(suggested(cards));
    expect(gone(["rp3", "gone", "gone", "__proto__"], cards)).toEqual(["gone", "__proto__"]);
    expect(gone(null, cards)).toEqual([]);
    const five = ["rp3", "gone", "als", "knn", "ease", "random"];
    expect([beyond(five, cards), beyond(["als"], cards), beyond(["gone"], cards), beyond(null, cards)]).toEqual([
      ["random"],
      [],
      [],
      [],
    ]);
  });
});

describe("what was measured", () => {
  const cards = [
    card("als", "factorization", 0.2, {
      measured_on: {
        by_k: { ndcg: { "10": 0.2, "1": 0.1 } },
        beyond: { "novelty@10": 5 },
        by_segment: {
          "history 1-5": { users: 3, "ndcg@10": 0.3 },
          hot: { users: 9, "ndcg@10": 0.2, low: 0.1, high: 0.3 },
        },
      },
    }),
    card("old", "knn", 0.1, { measured_on: null }),
    card("older", "knn", 0.1),
  ];

  it("cuts lines, spots and segments, and leaves out what is missing", () => {
    expect(lines(cards, "ndcg")).toEqual([
      {
        model: "als",
        points: [
          { k: 1, value: 0.1 },
          { k: 10, value: 0.2 },
        ],
      },
    ]);
    expect(spots(cards, "ndcg@10", "novelty@10")).toEqual([{ model: "als", x: 5, y: 0.2 }]);
    const cut = segments(cards, segmentMetric(cards) ?? "");
    expect(segmentNames(cut)).toEqual(["hot", "history 1-5"]);
    expect(cut.map(({ interval }) => interval)).toEqual([null, [0.1, 0.3]]);
  });
});

it("draws nothing of what was measured as nothing", () => {
  const empty = card("empty", "knn", 0, {
    metrics: { "ndcg@10": null },
    measured_on: { by_k: {}, beyond: { "novelty@10": 1 }, by_segment: { hot: { users: 0, "ndcg@10": null } } },
  });
  expect([lines([empty], "ndcg"), spots([empty], "ndcg@10", "novelty@10"), segments([empty], "ndcg@10")]).toEqual([
    [],
    [],
    [],
  ]);
});

describe("problems in words", () => {
  const facts = { status: 429, error_key: "x", detail: "", retry_after: 5, request_id: null };

  it("names what a token does not cover", () => {
    expect(explain({ ...facts, status: 403 }, "als").title).toBe("This token does not cover als.");
    expect(explain({ ...facts, status: 404, error_key: "constructor" }, "als").title).toBe("Not found.");
  });

  it("says what a store without a catalogue lacks, and that an answer is no JSON", () => {
    expect(explain({ ...facts, status: 503 }, CATALOGUE).title).toMatch(/^No catalogue is published yet, or/);
    expect(explain({ ...facts, status: 200, error_key: "no_json" }, "als").title).toMatch(/no JSON/);
  });

  it("waits where the API says how long, and not for hours", () => {
    expect(waitFor(facts)).toBe(5);
    expect(waitFor({ ...facts, retry_after: 7200 })).toBeNull();
    expect([5, 7200, 1e15].map(format.soon)).toEqual(["in 5 seconds", "in 2 hours", "later"]);
    expect(waitFor({ ...facts, status: 500 })).toBeNull();
    expect(waitFor({ ...facts, retry_after: 0 })).toBe(1);
  });
});

it("puts no label over another, and none past the edge", () => {
  const room = { line: 10, gap: 5, left: 0, right: 100, top: 0, bottom: 100 };
  expect(
    placed(
      [
        { text: "over", x: 10, y: 50, width: 30 },
        { text: "point", x: 30, y: 50, width: 9 },
      ],
      room,
    )[0]?.y,
  ).toBe(60);
  const found = placed(
    [
      { text: "a", x: 10, y: 50, width: 20 },
      { text: "b", x: 12, y: 51, width: 20 },
      { text: "c", x: 95, y: 50, width: 20 },
    ],
    room,
  );
  expect(found.map(({ x, y }) => [x, y])).toEqual([
    [15, 50],
    [17, 61],
    [70, 50],
  ]);
});

it("keeps what was told last, and lets the oldest go", () => {
  const before = new Map<string, { title: string; users?: number }>([
    ["1", { title: "one", users: 3 }],
    ["2", { title: "two" }],
  ]);
  const after = recent(
    before,
    [
      ["1", { title: "One" }],
      ["3", { title: "three" }],
    ],
    2,
  );
  expect([...after]).toEqual([
    ["1", { title: "One", users: 3 }],
    ["3", { title: "three" }],
  ]);
});
