/** Query parameters as Rack reads them (`a=x`, `a[]=x`, `a[0]=x`) and as Rails writes them (`to_query`). */
export type Param = string | readonly string[] | Readonly<Record<string, string>>;
export type Params = Readonly<Record<string, Param>>;

export function parseQuery(query: string): Params {
  const params: Record<string, Param> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const [, name = key, inner] = /^([^[]+)\[([^\]]*)\]$/.exec(key) ?? [];
    const before = params[name];
    if (inner === undefined) params[name] = value;
    else if (inner === '') params[name] = [...(isList(before) ? before : []), value];
    else params[name] = { ...(isHash(before) ? before : {}), [inner]: value };
  }
  return params;
}

/** Pairs in alphabetical order, as Rails sorts them. */
export function toQuery(params: Params): string {
  return Object.entries(params)
    .flatMap(([name, value]) => pairs(name, value))
    .sort()
    .join('&');
}

export function isList(param: Param | undefined): param is readonly string[] {
  return Array.isArray(param);
}

export function isHash(param: Param | undefined): param is Readonly<Record<string, string>> {
  return typeof param === 'object' && !isList(param);
}

/** Ruby's `to_i`: the digits a text begins with, else 0. */
export function toInteger(param: Param | undefined): number {
  return typeof param === 'string' ? Number(/^\s*([-+]?\d+)/.exec(param)?.[1] ?? 0) : 0;
}

function pairs(name: string, value: Param): string[] {
  if (typeof value === 'string') return [`${escape(name)}=${escape(value)}`];
  if (isList(value)) return value.map((each) => `${escape(`${name}[]`)}=${escape(each)}`);
  return Object.entries(value).map(([inner, each]) => `${escape(`${name}[${inner}]`)}=${escape(each)}`);
}

function escape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
