import type { Request } from '../answer';
import type { FakeBuild, PipelineInputSpec } from '../model';

export type Inputs = Readonly<Record<string, unknown>>;

/** The inputs in a field of a JSON body. A field of another name is ignored without a word, as Grape does. */
export function inputsIn({ body }: Request, field: string): Inputs {
  const { [field]: inputs = {} } = JSON.parse(body || '{}') as Readonly<Record<string, Inputs | undefined>>;
  return inputs;
}

/** GitLab's sentence about values that a job does not take (`Ci::Inputs::ProcessorService`); undefined if it takes them all. */
export function wrongJobInputs({ inputsSpec }: FakeBuild, given: Inputs): string | undefined {
  if (inputsSpec.length === 0) return undefined;
  const unknown = Object.keys(given).filter((name) => !inputsSpec.some((spec) => spec.name === name));
  if (unknown.length > 0) return `Unknown input${unknown.length > 1 ? 's' : ''}: ${unknown.join(', ')}`;
  const wrong = inputsSpec.flatMap((spec) => (spec.name in given ? (wrongValue(spec, given[spec.name]) ?? []) : []));
  return wrong.length === 0 ? undefined : wrong.join(', ');
}

/** What GitLab keeps of them: not what is the default anyway. */
export function storedInputs({ inputsSpec }: FakeBuild, given: Inputs): Inputs {
  const isDefault = (name: string, value: unknown): boolean =>
    JSON.stringify(inputsSpec.find((spec) => spec.name === name)?.default) === JSON.stringify(value);
  return Object.fromEntries(Object.entries(given).filter(([name, value]) => !isDefault(name, value)));
}

/** GitLab's sentence about a value (`lib/ci/inputs/`). */
export function wrongValue({ name, type, options, regex }: PipelineInputSpec, value: unknown): string | undefined {
  const kind = Array.isArray(value) ? 'ARRAY' : (typeof value).toUpperCase();
  const article = type === 'ARRAY' ? 'an' : 'a';
  const text = type === 'STRING' ? String(value) : value;
  if (type !== 'STRING' && kind !== type)
    return `\`${name}\` input: provided value is not ${article} ${type.toLowerCase()}`;
  if (options !== undefined && !isOption(options, type, text)) {
    const list = type === 'NUMBER' ? 'the list of the allowed options' : 'the list of allowed options';
    return `\`${name}\` input: \`${shown(text)}\` cannot be used because it is not in ${list}`;
  }
  if (regex !== undefined && typeof text === 'string' && !new RegExp(regex).test(text))
    return `\`${name}\` input: provided value does not match required RegEx pattern`;
  return undefined;
}

function isOption(options: readonly unknown[], type: PipelineInputSpec['type'], value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => options.includes(one));
  return type === 'STRING' ? options.map(String).includes(String(value)) : options.includes(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
