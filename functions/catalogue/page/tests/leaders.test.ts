import { expect, it } from "vitest";
import { leaders, leading, names } from "../src/pure/leaders";
import { own } from "../src/pure/own";

const card = (model: string, value: number | null) => ({ model, value });

it("names no winner among models whose numbers read the same", () => {
  const values = [card("als", 0.07682), card("ease", 0.07684), card("knn", 0.07), card("none", null)];
  expect(leaders(values, ({ value }) => value).map(({ model }) => model)).toEqual(["als", "ease"]);
  expect(leaders([card("none", null)], ({ value }) => value)).toEqual([]);
});

it("says who leads, or that several are alike", () => {
  expect(leading(["als"], "is the highest")).toBe("als is the highest");
  expect(leading(["als", "ease"], "is the highest")).toBe("als and ease are alike");
  expect([names(["a", "b", "c"]), names(["als", "ease", "c", "d"])]).toEqual(["a, b and c", "als, ease and 2 more"]);
});

it("finds no member that a record only inherits", () => {
  expect([own({ a: 1 }, "a"), own({}, "constructor"), own(null, "a"), own({}, "__proto__")]).toEqual([
    1,
    undefined,
    undefined,
    undefined,
  ]);
  expect(own(JSON.parse('{"__proto__": 2}') as Record<string, number>, "__proto__")).toBe(2);
});
