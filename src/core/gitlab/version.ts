/** The part of a GitLab version that its behavior depends on. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** Parses the first two numbers of `18.9.0-pre` or `8.13.12-ee`. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

export function isAtLeast(version: Version, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
