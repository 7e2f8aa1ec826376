import { expect, it } from "vitest";
import { newer, shortVersion } from "../src/pure/version";

it("tells versions of one content apart by when they were made", () => {
  const versions = ["20261129T235846Z-0306f93", "20261130T000420Z-0306f93"];
  expect(versions.map(shortVersion)).toEqual(["29 Nov 23:58 · 0306f93", "30 Nov 00:04 · 0306f93"]);
});

it.each(["v1", "", "20269999T235846Z-0306f93"])("leaves %s as it is", (version) => {
  expect(shortVersion(version)).toBe(version);
});

it("follows catalogues forward alone", () => {
  const [old, next] = ["20261129T235846Z-0306f93", "20261130T000420Z-0306f93"];
  expect([newer(next, old), newer(old, next), newer(old, old), newer(old, "")]).toEqual([true, false, false, true]);
});
