import tseslint from 'typescript-eslint';
import { patterns } from './eslint.patterns.mjs';

const forbid = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const vscodeLeak = { group: ['vscode'], message: 'core/ knows nothing of VS Code.' };
const uiLeak = { group: ['**/ui/*', '**/ui/**'], message: 'core/ knows nothing of ui/.' };
const entryLeak = { group: ['**/extension'], message: 'Nobody imports the entry.' };

/** One owner per side effect: each of these stands in exactly one file (`allow`). */
const owners = [
  ['getConfiguration', ['src/ui/session/settings.ts']],
  ['registerCommand', ['src/ui/commands/registerCommands.ts']],
  ['showErrorMessage', ['src/ui/report.ts']],
  ['showWarningMessage', ['src/ui/report.ts']],
  ['showInformationMessage', ['src/ui/report.ts']],
];
const ownedBy = (file) => ({
  'no-restricted-syntax': [
    'error',
    ...owners
      .filter(([, files]) => !files.includes(file))
      .map(([name, files]) => ({
        selector: `MemberExpression[property.name='${name}']`,
        message: `${name} stands in ${files.join(', ')} alone.`,
      })),
    {
      selector: "CallExpression[callee.property.name='executeCommand'][arguments.0.value='setContext']",
      message: 'setContext stands in src/ui/views/contextKeys.ts alone.',
    },
  ],
});

export default tseslint.config(
  { ignores: ['dist', 'out', '.vscode-test', 'node_modules'] },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // VS Code's Disposable is a class in name only: anything with dispose() fits.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
    },
  },
  { files: ['src/core/**'], rules: forbid(vscodeLeak, uiLeak, entryLeak) },
  {
    files: ['src/core/**'],
    ignores: ['src/core/gitlab/**'],
    rules: forbid(vscodeLeak, uiLeak, entryLeak, {
      group: ['**/gitlab/*'],
      message: 'The core states the port it needs; the client fits it.',
    }),
  },
  {
    files: ['src/core/model/**'],
    rules: forbid(vscodeLeak, uiLeak, entryLeak, {
      group: ['../polling/*', '../git/*', '../gitlab/**', '../log/*', '../artifacts/**'],
      message: 'model/ imports only util/.',
    }),
  },
  {
    files: ['src/core/util/**'],
    rules: forbid(vscodeLeak, uiLeak, entryLeak, { group: ['../*'], message: 'util/ imports nothing above it.' }),
  },
  { files: ['src/**'], plugins: { patterns }, rules: { 'patterns/linear': 'error' } },
  { files: ['src/ui/**'], rules: forbid(entryLeak) },
  {
    files: ['src/ui/views/**', 'src/ui/tree/**', 'src/ui/text/**'],
    rules: forbid(entryLeak, {
      group: ['../commands/*', '**/polling/monitor', '**/gitlab/client'],
      message: 'Views know neither commands nor the monitor nor the client.',
    }),
  },
  {
    files: ['src/ui/text/**'],
    rules: forbid(entryLeak, {
      group: ['../artifacts/*', '../commands/*', '../git/*', '../log/*', '../session/*', '../tree/*', '../views/*'],
      message: 'text/ has words alone.',
    }),
  },
  {
    files: ['src/**'],
    rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  { files: ['src/**'], rules: ownedBy('') },
  ...owners.flatMap(([, files]) => files).map((file) => ({ files: [file], rules: ownedBy(file) })),
  { files: ['src/ui/views/contextKeys.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
);
