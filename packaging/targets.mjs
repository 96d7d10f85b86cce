// Every runtime and bundler in which the packaging test runs the program.

import { pages } from "./targets/pages.mjs";
import { runtimes } from "./targets/runtimes.mjs";
import { workers } from "./targets/workers.mjs";

export const targets = [...runtimes, ...workers, ...pages];
