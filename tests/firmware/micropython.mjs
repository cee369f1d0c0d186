// Runs a Python file under the real MicroPython interpreter (its WebAssembly port) with the firmware beside it.
// node micropython.mjs FIRMWARE_FOLDER SCRIPT [DATA_FILE]: the data file is /data.json to the script.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

const [firmware, script, data] = process.argv.slice(2);
const mp = await loadMicroPython({ heapsize: 8 * 1024 * 1024, linebuffer: true, stdout: (line) => process.stdout.write(line + "\n") });
mp.FS.mkdir("/firmware");
for (const name of readdirSync(firmware).filter((file) => file.endsWith(".py"))) {
  mp.FS.writeFile("/firmware/" + name, readFileSync(join(firmware, name)));
}
if (data) mp.FS.writeFile("/data.json", readFileSync(data));
mp.runPython("import sys\nsys.path.insert(0, '/')");
try {
  mp.runPython(readFileSync(script, "utf8"));
} catch (error) {
  // Node would print the whole minified interpreter beside it.
  process.stderr.write(String(error.message) + "\n");
  process.exitCode = 1;
}
