import { expect, it } from "vitest";
import { idIn, kindOf } from "../src/pure/kind";

it("learns the kind of ids from any of them", () => {
  expect([kindOf([50]), kindOf([9007199254740993n]), kindOf(["50"]), kindOf([null, 1]), kindOf([])]).toEqual([
    "number",
    "number",
    "text",
    "number",
    null,
  ]);
});

it("takes a text for what ids are here, to the last digit", () => {
  expect(
    ["50", "00123", "9223372036854775807", "9223372036854775808", "x"].map((text) => idIn(text, "number")),
  ).toEqual([50, "00123", 9223372036854775807n, "9223372036854775808", "x"]);
  expect(["50", "00123"].map((text) => idIn(text, "text"))).toEqual(["50", "00123"]);
});
