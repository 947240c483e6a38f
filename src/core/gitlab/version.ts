/** A GitLab's version, as far as its behaviour depends on it. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** `18.9.0-pre`, `8.13.12-ee` → its first two numbers. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

export function isAtLeast(version: Version, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
