/** What a build's log looks like, about a MB: commands, coloured results, progress bars, sections, some text beyond ASCII. */
export function logPieces(isStamped: boolean): readonly Buffer[] {
  const log = Buffer.from(isStamped ? Array.from(linesOfLog(), stamp).join('') : Array.from(linesOfLog()).join(''));
  const pieces: Buffer[] = [];
  for (let at = 0; at < log.length; at += pieceBytes) pieces.push(log.subarray(at, at + pieceBytes));
  return pieces;
}

export const pieceBytes = 64 * 1024;

function* linesOfLog(): Generator<string> {
  for (let time = 0, bytes = 0; bytes < 1e6; time += 1) {
    for (const line of block(time)) {
      bytes += line.length;
      yield line;
    }
  }
}

function block(time: number): readonly string[] {
  const name = `block_${time % 50}`;
  return [
    `section_start:${time}:${name}\r\x1b[0K\x1b[0K\x1b[36;1mStep ${time} of the build\x1b[0;m\x1b[0;m\n`,
    `\x1b[32;1m$ npm run test -- --shard=${time}\x1b[0;m\n`,
    ...Array.from(
      { length: 12 },
      (_, at) => `[INFO] Compiling module ${at} of group/project: src/main/java/App${at}.java\n`,
    ),
    ...Array.from(
      { length: 6 },
      (_, at) =>
        `  \x1b[32m✓\x1b[39m \x1b[90mreads what is there, case ${at}\x1b[39m \x1b[38;5;240m(${at} ms)\x1b[0m\n`,
    ),
    `Receiving objects:  50% (${time}/200)\rReceiving objects: 100% (200/200), done.\r\n`,
    `\x1b[1;31merror\x1b[0m: Prüfung fehlgeschlagen – src/app.ts:${time}:3\n`,
    `section_end:${time + 2}:${name}\r\x1b[0K\n`,
  ];
}

function stamp(line: string, at: number): string {
  return `2024-05-14T11:19:${String(at % 60).padStart(2, '0')}.899359Z 01${at % 9 === 0 ? 'E' : 'O'} ${line}`;
}
