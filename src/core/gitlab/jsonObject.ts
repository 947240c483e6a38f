/**
 * Reads untrusted JSON: `unknown` in, our types out. A value of the wrong type counts as missing, unless the reader
 * requires it.
 */

import { isObject } from '../util/fields';
import { withoutControls } from '../util/plainText';

export class UnexpectedShape extends Error {}

/** A JSON object with readers for its fields. */
export class JsonObject {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    what: string,
    /** Milliseconds to add to its times to get this machine's. */
    private readonly skew = 0,
  ) {
    if (!isObject(value)) throw new UnexpectedShape(`${what} is no object`);
    this.fields = value;
  }

  /** A required number. Throws UnexpectedShape. */
  id(name: string): number {
    const value = this.fields[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new UnexpectedShape(`${name} is no id`);
    return value;
  }

  /** A required string. Throws UnexpectedShape. */
  requireString(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw new UnexpectedShape(`${name} is no text`);
    return value;
  }

  /** A well-formed string without control characters, so that it is safe in requests, ids and rows. */
  string(name: string): string | undefined {
    const value = this.fields[name];
    return typeof value === 'string' ? withoutControls(value) : undefined;
  }

  /**
   * A string of several lines, unchanged. The strings in a list or an object, which GitLab makes of XML with several
   * nodes, are joined.
   */
  text(name: string): string | undefined {
    return textsIn(this.fields[name], deepest).join('\n') || undefined;
  }

  /** A time, converted to this machine's clock. Other strings are returned unchanged. */
  time(name: string): string | undefined {
    const text = this.string(name);
    if (this.skew === 0 || text === undefined) return text;
    const time = new Date(Date.parse(text) + this.skew);
    return Number.isNaN(time.getTime()) ? text : time.toISOString();
  }

  number(name: string): number | undefined {
    const value = this.fields[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }

  /** A number that can't be negative, such as a duration. */
  amount(name: string): number | undefined {
    const value = this.number(name);
    return value !== undefined && value >= 0 ? value : undefined;
  }

  /** A size in bytes, which GraphQL writes as digits since 16.2; 0 if there is none. */
  size(name: string): number {
    const field = this.fields[name];
    const value = typeof field === 'string' ? Number(field) : field;
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
  }

  boolean(name: string): boolean {
    return this.fields[name] === true;
  }

  /** The value as it came, for fields of any type. */
  json(name: string): unknown {
    return this.fields[name];
  }

  has(name: string): boolean {
    return Object.hasOwn(this.fields, name);
  }

  /** Whether the field is present and false. */
  isFalse(name: string): boolean {
    return this.fields[name] === false;
  }

  /** Whether the field is present and null. */
  isNull(name: string): boolean {
    return this.fields[name] === null;
  }

  /** Strings of a list; empty if there is no list. */
  strings(name: string): readonly string[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string').map(withoutControls) : [];
  }

  /** Numbers of a list; empty if there is no list. */
  numbers(name: string): readonly number[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
  }

  /** Objects of a list; empty if there is no list. */
  objects(name: string): readonly JsonObject[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value.filter(isObject).map((item) => new JsonObject(item, name, this.skew)) : [];
  }

  /** Objects of a required list, none of which may be missing. Throws UnexpectedShape. */
  requireObjects(name: string): readonly JsonObject[] {
    const value = this.fields[name];
    if (!Array.isArray(value)) throw new UnexpectedShape(`${name} is no list`);
    return value.map((item) => new JsonObject(item, name, this.skew));
  }

  /** A required nested object. Throws UnexpectedShape. */
  requireObject(name: string): JsonObject {
    return new JsonObject(this.fields[name], name, this.skew);
  }

  /** A nested object; undefined if there is none. */
  object(name: string): JsonObject | undefined {
    const value = this.fields[name];
    return isObject(value) ? new JsonObject(value, name, this.skew) : undefined;
  }
}

/** Maximum depth of nested values. */
const deepest = 4;

function textsIn(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.values(value).flatMap((each) => textsIn(each, depth - 1));
}

export function objectsOf(value: unknown, skew: number): readonly JsonObject[] {
  if (!Array.isArray(value)) throw new UnexpectedShape('the list is no list');
  return value.map((item) => new JsonObject(item, 'a row', skew));
}
