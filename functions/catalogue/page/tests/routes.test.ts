import { expect, it } from "vitest";
import { formatRoute, parseRoute, type Route } from "../src/routes";

const BLANK: Route = { view: "user", id: null, models: null, k: 10, features: {}, history: [] };

it.each<[string, Route]>([
  ["#/user/186?models=als,ease", { ...BLANK, id: "186", models: ["als", "ease"] }],
  ["#/user/a%2Fb%20%3F", { ...BLANK, id: "a/b ?" }],
  ["#/new?feature.sex=F&feature.age=age_25_34", { ...BLANK, view: "new", features: { sex: "F", age: "age_25_34" } }],
  [
    "#/fly?k=20&item=50&item=x%26&weight=4.5&weight=",
    {
      ...BLANK,
      view: "fly",
      k: 20,
      history: [
        { item_id: "50", weight: 4.5 },
        { item_id: "x&", weight: null },
      ],
    },
  ],
  ["#/similar/50", { ...BLANK, view: "similar", id: "50" }],
  ["#/models", { ...BLANK, view: "models" }],
])("reads and writes %s", (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
  expect(formatRoute(route)).toBe(hash);
});

it.each(["", "#", "#/", "#/nowhere", "#/user/?k=7&models"])("takes %s as a user's page", (hash) => {
  expect(parseRoute(hash)).toMatchObject({ view: "user", id: null, k: 10 });
});

it("survives a broken escape and a weight that is none", () => {
  expect(parseRoute("#/user/%E0%A4%A").id).toBe("%E0%A4%A");
  expect(parseRoute("#/fly?item=1&item=1&item=2&weight=-3&weight=1e9").history).toEqual([
    { item_id: "1", weight: null },
    { item_id: "2", weight: null },
  ]);
});
