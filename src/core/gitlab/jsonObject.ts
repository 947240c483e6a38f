/** Readers of outside JSON: `unknown` in, our types out. A wrong type is absence, except where `Row` says it must be there. */

import { withoutControls } from '../util/plainText';

export class UnexpectedShape extends Error {}

/** A JSON object with readers for its fields. */
export class JsonObject {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown, what: string) {
    if (!isObject(value)) throw new UnexpectedShape(`${what} is no object`);
    this.fields = value;
  }

  /** A number that must be there. */
  id(name: string): number {
    const value = this.fields[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new UnexpectedShape(`${name} is no id`);
    return value;
  }

  /** A text that must be there. */
  requireString(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw new UnexpectedShape(`${name} is no text`);
    return value;
  }

  /** Well-formed and without control characters, so that it can stand in any request, id and row. */
  string(name: string): string | undefined {
    const value = this.fields[name];
    return typeof value === 'string' ? withoutControls(value) : undefined;
  }

  number(name: string): number | undefined {
    const value = this.fields[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }

  boolean(name: string): boolean {
    return this.fields[name] === true;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.fields, name);
  }

  /** Told, and told to be not so. */
  isFalse(name: string): boolean {
    return this.fields[name] === false;
  }

  /** Told, and told to be nothing. */
  isNull(name: string): boolean {
    return this.fields[name] === null;
  }

  /** The texts of a list; none where there is no list. */
  strings(name: string): readonly string[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string').map(withoutControls) : [];
  }

  /** The objects of a list; none where there is no list. */
  objects(name: string): readonly JsonObject[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value.filter(isObject).map((item) => new JsonObject(item, name)) : [];
  }

  /** The object of that name, or undefined where there is none. */
  object(name: string): JsonObject | undefined {
    const value = this.fields[name];
    return isObject(value) ? new JsonObject(value, name) : undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectsOf(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) throw new UnexpectedShape('the list is no list');
  return value.map((item) => new JsonObject(item, 'a row'));
}
