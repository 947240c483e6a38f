import { crc32, deflateSync } from 'node:zlib';
import type { ArchiveInit } from './archive';
import type { FakeTest } from './model';

/** A test of the demo's repository as its runner reports it. */
interface Example {
  readonly name: string;
  readonly classname: string;
  readonly file: string;
  readonly seconds: number;
  /** What is written where it fails. */
  readonly failure?: { readonly message: string; readonly line: number; readonly source: string };
}

const oven = { classname: 'spec.oven_spec', file: './spec/oven_spec.rb' };
const examples: readonly Example[] = [
  { ...oven, name: 'Oven is cold at first', seconds: 0.01 },
  {
    ...oven,
    name: 'Oven bakes a whole tray',
    seconds: 2.4,
    failure: { message: 'expected: 200, got: 503', line: 12, source: 'expect(oven.bake(minutes: 20)).to eq [200]' },
  },
  { ...oven, name: 'Oven takes no more than 260 °C', seconds: 0.02 },
  { name: 'Shop sells what was baked', classname: 'spec.shop_spec', file: './spec/shop_spec.rb', seconds: 0.31 },
];

/** What the log says where `integration` fails. */
export const failedExamples = examples
  .flatMap(({ name, file, failure }) => (failure === undefined ? [] : [{ name, file, ...failure }]))
  .map(({ name, file, message, line, source }, index) =>
    [
      `  ${index + 1}) ${name}`,
      `     Failure/Error: ${source}`,
      `       ${message}`,
      `     # ${file}:${line}:in \`block'`,
    ].join('\n'),
  )
  .join('\n\n');

/** The results of the integration tests, as JUnit has them. */
export function resultsOfTests(fails: boolean): ArchiveInit {
  const cases = examples.map((example) => testCase(example, fails)).join('');
  const failures = fails ? examples.filter(({ failure }) => failure !== undefined).length : 0;
  const head = `<testsuite name="rspec" tests="${examples.length}" failures="${failures}" errors="0" skipped="0">`;
  const report = `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${cases}</testsuite>\n`;
  const log = examples.map(({ name, seconds }) => `${seconds.toFixed(2)} s  ${name}\n`).join('');
  return { filename: 'report.zip', files: { 'report.xml': report, 'log/test.log': log } };
}

/** The same, as GitLab tells them once it has read the report. */
export function testsOf(fails: boolean): readonly FakeTest[] {
  return examples.map(({ name, classname, file, seconds, failure }) => ({
    ...{ name, classname, file, time: seconds },
    ...(failure === undefined || !fails
      ? { status: 'success' }
      : {
          status: 'failed',
          output: `Failure/Error: ${failure.source}\n  ${failure.message}\n${file}:${failure.line}`,
        }),
  }));
}

function testCase({ name, classname, file, seconds, failure }: Example, fails: boolean): string {
  const head = `  <testcase classname="${classname}" name="${name}" file="${file}" time="${seconds}"`;
  if (failure === undefined || !fails) return `${head}/>\n`;
  const { message, line, source } = failure;
  const trace = `Failure/Error: ${source}\n  ${message}\n${file}:${line}:in \`block (2 levels)'\n`;
  return `${head}>\n    <failure message="${message}" type="RSpec::Expectations::ExpectationNotMetError">${trace}</failure>\n  </testcase>\n`;
}

const page = `<!DOCTYPE html>
<html lang="en">
  <head>
    <title>Bakery</title>
    <link rel="stylesheet" href="bakery.css">
  </head>
  <body>
    <h1>Bakery</h1>
    <img src="images/loaf.png" alt="A loaf of bread">
    <p>Baked this morning.</p>
  </body>
</html>
`;

/** A site; its first page is another than the one in the repository, so that there is something to compare. */
export const site: ArchiveInit = {
  filename: 'pages.zip',
  files: {
    'public/index.html': page,
    'public/bakery.css': 'body { font-family: serif; background: #fdf6ec }\n',
    'public/images/loaf.png': picture(160, 100, loaf),
  },
};

type Colour = readonly [red: number, green: number, blue: number];

/** An ellipse with three cuts, on a cloth. */
function loaf(x: number, y: number): Colour {
  const [across, down] = [(x - 80) / 65, (y - 55) / 32];
  if (across ** 2 + down ** 2 > 1) return [253, 246, 236];
  const isCut = Math.abs(((x + y / 3) % 35) - 17) < 3 && down < 0.2;
  return isCut ? [236, 200, 140] : [176 - Math.round(down * 30), 112 - Math.round(down * 24), 52];
}

/** A PNG. */
function picture(width: number, height: number, colourAt: (x: number, y: number) => Colour): Buffer {
  const rows = Array.from({ length: height }, (_, y) => [
    0, // no filter
    ...Array.from({ length: width }, (_each, x) => colourAt(x, y)).flat(),
  ]);
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
