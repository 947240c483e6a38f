import { parseDocument, stringify, YAMLParseError } from 'yaml';
import type { Profile } from './profiles/profile';

/** What GitLab's lint reads besides the file. */
export interface LintSources {
  /** Text of a file of the repository at the commit that includes are read from. */
  readonly local: (path: string) => string | undefined;
  /** Text of a component, a file of another project or on the web. */
  readonly remote: (location: string) => string | undefined;
}

export interface LintResult {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** Null where the file can't be read. */
  readonly merged: string | null;
}

type Config = Readonly<Record<string, unknown>>;

/** A part of what GitLab checks, in its words. */
export function lint(content: string, sources: LintSources, { rules }: Pick<Profile, 'rules'>): LintResult {
  if (content.trim() === '') return refused('Please provide content of .gitlab-ci.yml');
  try {
    const own = parse(content);
    const { include, ...rest } = own;
    const config = { ...included(include, sources), ...rest };
    const jobs = Object.entries(config).filter(([name]) => !name.startsWith('.') && !keywords.has(name));
    const errors = [
      ...jobs.flatMap(([name, job]) => jobErrors(name, job, rules.lintWords)),
      ...(jobs.length === 0 ? ['jobs config should contain at least one visible job'] : []),
    ];
    const found = errors.length > 0 ? errors : jobs.flatMap(([name, job]) => needErrors(name, job, config));
    const warnings = jobs.flatMap(([name, job]) => warningsOf(name, job));
    return { errors: found, warnings, merged: merged(config, rules.mergedKeys) };
  } catch (error) {
    if (error instanceof LintError) return refused(error.message);
    throw error;
  }
}

class LintError extends Error {}

const keywords = new Set(['stages', 'variables', 'default', 'image', 'workflow', 'before_script', 'cache', 'services']);
const jobKeys = new Set(
  'script stage needs rules image tags when only except artifacts parallel extends trigger variables environment'.split(
    ' ',
  ),
);

function refused(error: string): LintResult {
  return { errors: [error], warnings: [], merged: null };
}

function parse(text: string): Config {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error instanceof YAMLParseError) throw new LintError(syntaxError(error));
  const value: unknown = document.toJS();
  if (!isConfig(value)) throw new LintError('Invalid configuration format');
  return value;
}

/** As libyaml words them. */
function syntaxError({ code, linePos }: YAMLParseError): string {
  const [{ line, col }] = linePos ?? [{ line: 1, col: 1 }];
  const words: Readonly<Record<string, string>> = {
    BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
    BAD_INDENT: 'did not find expected key while parsing a block mapping',
    MULTILINE_IMPLICIT_KEY: "could not find expected ':' while scanning a simple key",
  };
  return `(<unknown>): ${words[code] ?? 'did not find expected node content while parsing a flow node'} at line ${line} column ${col}`;
}

function included(include: unknown, sources: LintSources): Config {
  const list = Array.isArray(include) ? (include as readonly unknown[]) : include === undefined ? [] : [include];
  return Object.assign({}, ...list.map((one) => includedFile(one, sources))) as Config;
}

function includedFile(include: unknown, { local, remote }: LintSources): Config {
  const written = typeof include === 'string' ? { [include.includes('://') ? 'remote' : 'local']: include } : include;
  const [[kind, location] = ['', '']] = Object.entries(isConfig(written) ? written : {});
  const name = String(location);
  const text = kind === 'local' ? local(name.replace(/^\//, '')) : remote(name);
  if (text === undefined) throw new LintError(missing(kind, name));
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof LintError)) throw error;
    throw new LintError(`\`${name}\`: ${error.message}`);
  }
}

function missing(kind: string, name: string): string {
  switch (kind) {
    case 'local':
      return `Local file \`${name}\` does not exist!`;
    case 'component':
      return `Component '${name}' - content not found`;
    case 'remote':
      return `Remote file \`${name}\` could not be fetched because of HTTP code \`404\` error!`;
    default:
      return `Project \`${name}\` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.`;
  }
}

function jobErrors(name: string, job: unknown, words: Profile['rules']['lintWords']): readonly string[] {
  const given = isConfig(job) ? job : {};
  const isJob = ['script', 'trigger', 'extends'].some((key) => key in given);
  if (!isJob) return [withoutScript(name, words)];
  const unknown = Object.keys(given).filter((key) => !jobKeys.has(key));
  return [
    ...(unknown.length > 0 ? [`jobs:${name} config contains unknown keys: ${unknown.join(', ')}`] : []),
    ...(typeof given['script'] === 'number'
      ? [`jobs:${name}:script config should be a string or a nested array of strings up to 10 levels deep`]
      : []),
  ];
}

function withoutScript(name: string, words: Profile['rules']['lintWords']): string {
  switch (words) {
    case 'old':
      return `jobs:${name} script can't be blank`;
    case 'trigger':
      return `jobs ${name} config should implement a script: or a trigger: keyword`;
    case 'run':
      return `jobs ${name} config should implement the script:, run:, or trigger: keyword`;
  }
}

function needErrors(name: string, job: unknown, config: Config): readonly string[] {
  const needs: unknown = isConfig(job) ? job['needs'] : undefined;
  const names = Array.isArray(needs) ? needs.filter((need) => typeof need === 'string') : [];
  return names.filter((need) => !(need in config)).map((need) => `${name} job: undefined need: ${need}`);
}

function warningsOf(name: string, job: unknown): readonly string[] {
  const rules: unknown = isConfig(job) ? job['rules'] : undefined;
  const last: unknown = Array.isArray(rules) ? rules.at(-1) : undefined;
  const isWide = isConfig(last) && Object.keys(last).join() === 'when' && last['when'] !== 'never';
  const page = 'read more: https://docs.gitlab.com/ee/ci/troubleshooting.html#pipeline-warnings';
  const why = 'may allow multiple pipelines to run for a single action due to `rules:when` clause with no';
  return isWide ? [`jobs:${name} ${why} \`workflow:rules\` - ${page}`] : [];
}

/** Early versions wrote Ruby's symbols. */
function merged(config: Config, keys: Profile['rules']['mergedKeys']): string {
  const text = `---\n${stringify(config)}`;
  return keys === 'symbols' ? text.replace(/^( *(?:- )?)([\w."'][^\n]*?:)(?= |$)/gm, '$1:$2') : text;
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
