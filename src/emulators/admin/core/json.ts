/** JSON objects, as requests and resources are. */
export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** By a path with dots. */
export const valueAt = (json: Json, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (isJson(value) ? value[key] : undefined), json);

/** Makes the objects on the way. */
export function setAt(json: Json, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = json;
  for (const key of keys) {
    const next = at[key];
    at = isJson(next) ? next : (at[key] = {} as Json);
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
}

export const textAt = (json: Json, path: string): string => {
  const value = valueAt(json, path);
  return typeof value === 'string' ? value : '';
};
