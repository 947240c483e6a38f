import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes VS Code's log files, and so what its Output panel shows, as the native spdlog does. */
const spdlog = `const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');
const names = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
const flushAfterMs = 20;
let commonLevel = 2;

class Logger {
  constructor(kind, name, file) {
    Object.assign(this, { file, level: commonLevel, plain: false, pending: '', timer: undefined });
    process.on('exit', () => this.flush());
  }
  write(level, message) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    this.pending += this.plain ? message : time + ' [' + names[level] + '] ' + message + '\\n';
    this.timer ??= setTimeout(() => this.flush(), flushAfterMs).unref();
  }
  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending !== '') appendFileSync(this.file, this.pending);
    this.pending = '';
  }
  trace(message) { this.write(0, message); }
  debug(message) { this.write(1, message); }
  info(message) { this.write(2, message); }
  warn(message) { this.write(3, message); }
  error(message) { this.write(4, message); }
  critical(message) { this.write(5, message); }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.plain = true; }
  drop() { this.flush(); }
}

async function createLogger(name, file) {
  mkdirSync(dirname(file), { recursive: true });
  return new Logger('rotating', name, file);
}

exports.version = 0;
exports.Logger = Logger;
exports.setLevel = (level) => { commonLevel = level; };
exports.setFlushOn = () => {};
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
`;

/** Ends an extension host whose parent has died. We end the whole group of processes ourselves. */
const watchdog = 'exports.start = () => {};\n';

/**
 * Modules of VS Code that exist only as C++ to compile, which would need a compiler and half a minute. Without
 * them VS Code runs, but writes no log, shows an empty Output panel and prints a screenful of errors.
 */
export const substitutes: Readonly<Record<string, string>> = {
  '@vscode/spdlog/index.js': spdlog,
  '@vscode/native-watchdog/index.js': watchdog,
  'native-watchdog/index.js': watchdog,
};

export async function substituteNativeModules(modules: string): Promise<void> {
  for (const [name, source] of Object.entries(substitutes)) {
    const file = join(modules, name);
    if (existsSync(file)) await writeFile(file, source);
  }
}
