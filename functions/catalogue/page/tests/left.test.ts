import { expect, it } from "vitest";
import { leftIn, leftToText, within } from "../src/pure/left";
import { outdated } from "../src/pure/outdated";
import { formatRoute, parseRoute } from "../src/routes";

it("keeps the first route of every view, and the last of each", () => {
  const hashes = ["#/fly?item=50&item=172", "#/models", "#/user/1", "#/user/186?models=als&k=5", "#/new"];
  const left = leftIn(leftToText(hashes.map(parseRoute).reduce(within, {})));
  expect(left.fly && formatRoute(left.fly)).toBe("#/fly?item=50&item=172");
  expect(left.user?.view).toBe("new");
  expect(Object.keys(left).sort()).toEqual(["fly", "models", "user"]);
});

it.each([null, "", "nonsense", "#/nowhere\n<b>"])("takes nothing from %s", (text) => {
  expect(leftIn(text)).toEqual({});
});

it("names the models whose answers are of a version that the cards do not know", () => {
  const cards = [
    { model: "als", version: "1" },
    { model: "ease", version: "1" },
    { model: "knn", version: "1" },
  ];
  const latest = new Map([
    ["als", { version: "2" }],
    ["ease", { version: "1" }],
  ]);
  expect(outdated(cards, latest)).toBe("als 2");
  expect(outdated([], latest)).toBe("");
});
