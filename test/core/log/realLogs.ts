import { end, start } from './support';

const [green, red, cyan, off] = ['\x1b[32;1m', '\x1b[31;1m', '\x1b[36;1m', '\x1b[0;m'];

function section(from: number, name: string, header: string, ...lines: readonly string[]): string {
  return `${start(from, name)}\x1b[0K\x1b[0K${cyan}${header}${off}${off}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** Runner 10 with the shell executor: sections without headers of their own. */
export const shell = [
  `\x1b[0KRunning with gitlab-runner 10.8.0 (079aad9e)\n\x1b[0;m\x1b[0K  on shell-1 7a1b2c3d\n\x1b[0;m`,
  `\x1b[0KUsing Shell executor...\n\x1b[0;m\x1b[0K${start(1500000000, 'prepare_script')}Running on ci-host...\n`,
  `${end(1500000000, 'prepare_script')}\x1b[0K${start(1500000000, 'get_sources')}${green}Fetching changes...${off}\n`,
  `HEAD is now at 1a2b3c4d Fix it\r\n${green}Checking out 1a2b3c4d as master...${off}\n${end(1500000001, 'get_sources')}`,
  `\x1b[0K${start(1500000001, 'build_script')}${green}$ make test${off}\ncc -o app main.c\n`,
  `main.c:3:5: error: expected ';' before 'return'\nmake: *** [Makefile:2: app] Error 1\n`,
  `${end(1500000005, 'build_script')}\x1b[0K${red}ERROR: Job failed: exit status 1\n${off}`,
].join('');

/** Runner 16 with docker: headers, cache, a section of the user's, artifacts on failure. */
export const docker = [
  `\x1b[0KRunning with gitlab-runner 16.11.0 (91a27b2a)${off}\n\x1b[0K  on docker-1 t1_Abc, system ID: s_12ab${off}\n`,
  section(
    100,
    'prepare_executor',
    'Preparing the "docker" executor',
    '\x1b[0KUsing Docker executor with image node:20 ...',
    '\x1b[0KPulling docker image node:20 ...',
  ),
  end(103, 'prepare_executor'),
  section(103, 'prepare_script', 'Preparing environment', 'Running on runner-t1-project-1-concurrent-0 via host...'),
  end(104, 'prepare_script'),
  section(
    104,
    'get_sources',
    'Getting source from Git repository',
    `${green}Fetching changes with git depth set to 20...${off}`,
    'Initialized empty Git repository in /builds/group/project/.git/',
    `${green}Created fresh repository.${off}`,
  ),
  'Receiving objects:  50% (100/200)\rReceiving objects: 100% (200/200)\rReceiving objects: 100% (200/200), done.\r\n',
  end(106, 'get_sources'),
  section(
    106,
    'restore_cache',
    'Restoring cache',
    `${green}Checking cache for default...${off}`,
    'No URL provided, cache will not be downloaded',
  ),
  end(107, 'restore_cache'),
  section(
    107,
    'step_script',
    'Executing "step_script" stage of the job script',
    `${green}$ npm ci${off}`,
    'added 200 packages in 3s',
  ),
  `\x1b[0K${start(110, 'unit', '[collapsed=true]')}Unit tests\n`,
  '\x1b[7m\x1b[31m\x1b[1m FAIL \x1b[22m\x1b[39m\x1b[27m\rFAIL src/app.test.ts\n  \x1b[31m●\x1b[39m adds\n\x1b[2m    expect(\x1b[22mreceived\x1b[2m)\x1b[22m\n',
  '      at Object.<anonymous> (src/app.test.ts:5:18)\nTests: 1 failed\n',
  `${end(115, 'unit')}\n`,
  end(116, 'step_script'),
  section(116, 'upload_artifacts_on_failure', 'Uploading artifacts for failed job', 'Uploading artifacts...'),
  end(117, 'upload_artifacts_on_failure'),
  section(117, 'cleanup_file_variables', 'Cleaning up project directory and file based variables'),
  `${end(117, 'cleanup_file_variables')}\x1b[0K${red}ERROR: Job failed: exit code 1\n${off}`,
].join('');

function at(second: number, stream: string, text: string): string {
  return `2026-01-02T03:04:${String(second).padStart(2, '0')}.001000Z ${stream}${text}\n`;
}

/** Runner 18 with kubernetes: each physical line has a time and a stream, and may be cut. */
export const kubernetes = [
  at(5, '00O ', `Running with gitlab-runner 18.7.0 (8a2b7bcd)${off}`),
  at(5, '00O ', `  on kube 9x8y7z, system ID: r_abc${off}`),
  at(6, '00O ', `${start(6, 'prepare_executor')}\x1b[0K${cyan}Preparing the "kubernetes" executor${off}${off}`),
  at(6, '00O ', 'Using Kubernetes namespace: ci'),
  at(
    8,
    '00O ',
    `${end(8, 'prepare_executor')}${start(8, 'step_script')}\x1b[0K${cyan}Executing "step_script" stage of the job script${off}`,
  ),
  at(9, '01O ', `${green}$ go test ./...${off}`),
  at(10, '01O ', ' 10%\r'),
  at(11, '01O+', '100%\r'),
  at(12, '01O ', '--- FAIL: TestA'),
  at(12, '01E ', 'warning: slow'),
  at(12, '01O+', 'dd (0.00s)'),
  at(12, '01E+', ' disk'),
  at(13, '01O ', '    add_test.go:9: got 3, want 4'),
  at(13, '01O ', ''),
  at(16, '00O ', end(16, 'step_script')),
  at(20, '00O ', `\x1b[0K${red}ERROR: Job failed: command terminated with exit code 1${off}`),
].join('');

export interface Output {
  readonly tool: string;
  readonly log: string;
  readonly error: string;
  readonly places: readonly string[];
}

export const outputs: readonly Output[] = [
  {
    tool: 'maven',
    log: `[\x1b[1;34mINFO\x1b[m] Scanning for projects...
Downloading from central: https://repo.maven.apache.org/maven2/junit/junit.pom
Progress (1): 2.7/25 kB\rProgress (1): 25 kB\r                    \rDownloaded from central: https://repo.maven.apache.org/maven2/a.jar (25 kB at 1.1 MB/s)
[\x1b[1;34mINFO\x1b[m] Compiling 3 source files to /builds/group/project/target/classes
[\x1b[1;31mERROR\x1b[m] /builds/group/project/src/main/java/org/example/App.java:[10,5] cannot find symbol
[\x1b[1;34mINFO\x1b[m] \x1b[1;31mBUILD FAILURE\x1b[m
`,
    error: '[ERROR] /builds/group/project/src/main/java/org/example/App.java:[10,5] cannot find symbol',
    places: [
      'https://repo.maven.apache.org/maven2/junit/junit.pom',
      'https://repo.maven.apache.org/maven2/a.jar',
      '/builds/group/project/src/main/java/org/example/App.java:10:5',
    ],
  },
  {
    tool: 'npm',
    log: `$ npm test

> app@1.0.0 test
> tsc && mocha

\x1b[96msrc/app.ts\x1b[0m:\x1b[93m12\x1b[0m:\x1b[93m3\x1b[0m - \x1b[91merror\x1b[0m\x1b[90m TS2322: \x1b[0mType 'string' is not assignable to type 'number'.

\x1b[7m12\x1b[0m   return 'x';
npm ERR! code ELIFECYCLE
npm ERR! A complete log of this run can be found in: /root/.npm/_logs/2024-05-14T11_19_19_899Z-debug-0.log
`,
    error: "src/app.ts:12:3 - error TS2322: Type 'string' is not assignable to type 'number'.",
    places: ['src/app.ts:12:3'],
  },
  {
    tool: 'pytest',
    log: `\x1b[1m============================= test session starts ==============================\x1b[0m
collected 2 items

tests/test_app.py \x1b[32m.\x1b[0m\x1b[31mF\x1b[0m\x1b[31m                                                  [100%]\x1b[0m

    def test_add():
\x1b[1m\x1b[31mE       assert 3 == 4\x1b[0m

\x1b[1m\x1b[31mtests/test_app.py\x1b[0m:7: AssertionError
\x1b[31m========================= \x1b[31m\x1b[1m1 failed\x1b[0m, \x1b[32m1 passed\x1b[0m\x1b[31m in 0.12s\x1b[0m\x1b[31m ==========================\x1b[0m
`,
    error: 'E       assert 3 == 4',
    places: ['tests/test_app.py:7'],
  },
  {
    tool: 'rspec',
    log: `.\x1b[31mF\x1b[0m

Failures:

  1) Calculator adds
     \x1b[31mFailure/Error: \x1b[0mexpect(sum).to eq(4)
     # ./spec/calculator_spec.rb:5:in \`block (2 levels) in <top (required)>'

Finished in 0.01 seconds (files took 0.08 seconds to load)
\x1b[31m2 examples, 1 failure\x1b[0m
\x1b[31mrspec ./spec/calculator_spec.rb:3\x1b[0m \x1b[36m# Calculator adds\x1b[0m
`,
    error: '  1) Calculator adds',
    places: ['spec/calculator_spec.rb:5', 'spec/calculator_spec.rb:3'],
  },
  {
    tool: 'go',
    log: `=== RUN   TestAdd
    add_test.go:9: got 3, want 4
--- FAIL: TestAdd (0.00s)
FAIL
FAIL\texample.com/app\t0.002s
# example.com/app/cmd
cmd/main.go:7:2: undefined: fmt.Printn
`,
    error: '--- FAIL: TestAdd (0.00s)',
    places: ['add_test.go:9', 'cmd/main.go:7:2'],
  },
  {
    tool: 'cargo',
    log: `\x1b[0m\x1b[0m\x1b[1m\x1b[32m   Compiling\x1b[0m app v0.1.0 (/builds/group/project)
\x1b[0m\x1b[1m\x1b[38;5;9merror[E0308]\x1b[0m\x1b[0m\x1b[1m: mismatched types\x1b[0m
\x1b[0m \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m--> \x1b[0m\x1b[0msrc/main.rs:4:5\x1b[0m
thread 'tests::adds' panicked at src/lib.rs:12:9:
`,
    error: 'error[E0308]: mismatched types',
    places: ['src/main.rs:4:5', 'src/lib.rs:12:9'],
  },
];
