import type { JsonObject } from './jsonObject';

/** Value of an input. GitLab preserves its type. */
export type InputValue = string | number | boolean | readonly unknown[];

/** Input values by name. */
export type Inputs = Readonly<Record<string, InputValue>>;

/** An input declared by a branch's `.gitlab-ci.yml` (`spec:inputs`) or by one of its jobs (`inputs`). */
export interface InputSpec {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean' | 'array';
  readonly description: string | undefined;
  readonly required: boolean;
  /** Undefined if there is none, or if it depends on other inputs (`rules`). */
  readonly default: InputValue | undefined;
  /** Values to choose from; empty if any will do. */
  readonly options: readonly InputValue[];
  /** RE2 pattern that a string must match. */
  readonly regex: string | undefined;
}

/** Fields of GraphQL's `CiInputsSpec` that `toInputSpec` reads. */
export const inputSpecFields = 'name type description required default options regex';

const types = ['string', 'number', 'boolean', 'array'] as const;

/** Converts a `CiInputsSpec`. Throws UnexpectedShape. */
export function toInputSpec(row: JsonObject): InputSpec {
  const type = row.string('type')?.toLowerCase();
  const options = row.json('options');
  return {
    name: row.requireString('name'),
    type: types.find((one) => one === type) ?? 'string',
    description: row.string('description'),
    required: row.boolean('required'),
    default: toInputValue(row.json('default')),
    options: Array.isArray(options) ? options.map(toInputValue).filter((one) => one !== undefined) : [],
    regex: row.string('regex'),
  };
}

/** Maximum nesting depth of a value; deeper ones can be neither shown nor compared. */
const deepest = 20;

/** The value; undefined if it has another type or is nested too deeply. */
export function toInputValue(value: unknown): InputValue | undefined {
  if (Array.isArray(value)) return isNestedWithin(value, deepest) ? (value as readonly unknown[]) : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function isNestedWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((one) => isNestedWithin(one, depth - 1));
}
