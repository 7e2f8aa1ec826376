import { expect, it } from "vitest";
import { exact, read, write } from "../src/api/exact";

it.each(["9007199254740993", "-9007199254740993", "9223372036854775807", '{"a":[9007199254740993,1]}'])(
  "reads and writes every digit of %s",
  (text) => {
    expect(write(read(text))).toBe(text);
  },
);

it("keeps small integers, fractions and what is written in strings as they are", () => {
  const text = '["9007199254740993, \\" 9007199254740993", 1.12345678901234567890, 1e+30, 1000000000000000, 12e16]';
  expect(read(text)).toEqual(JSON.parse(text));
});

it("tells ids apart that a number would not", () => {
  expect(String(read("9007199254740993"))).not.toBe(String(read("9007199254740992")));
  expect([exact("50"), exact("9007199254740993")]).toEqual([50, 9007199254740993n]);
});

it("keeps own members of any name", () => {
  expect(write(read('{"__proto__":9007199254740993,"constructor":null}'))).toBe(
    '{"__proto__":9007199254740993,"constructor":null}',
  );
});
