// SPDX-License-Identifier: MIT
// For node --require: timers go QUICK times as fast, node 18 has the global crypto that later ones have, and the process
// id goes into PID_FILE.
const quick = Number(process.env.QUICK || 20);
const later = globalThis.setTimeout;
globalThis.setTimeout = (f, ms, ...more) => later(f, ms / quick, ...more);
globalThis.crypto ??= require("node:crypto").webcrypto;
if (process.env.PID_FILE)
    require("node:fs").writeFileSync(process.env.PID_FILE, String(process.pid));
