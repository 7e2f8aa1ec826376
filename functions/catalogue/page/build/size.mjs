/** Print the size of every built file, gzipped, and fail where all together are over the limit. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 200_000;
const folder = new URL("../../static/explore/", import.meta.url);
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
let total = 0;
for (const file of files) {
  const bytes = gzipSync(readFileSync(`${file.parentPath}/${file.name}`)).length;
  total += bytes;
  console.log(`${(bytes / 1000).toFixed(1).padStart(7)} kB gzipped  ${file.name}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(7)} kB gzipped  in all, of ${LIMIT / 1000}`);
if (total > LIMIT) process.exit(1);
