/** What a person or a machine of an organization may do. */
export const ROLES = ['viewer', 'developer', 'manager', 'admin'] as const;
/** In ascending order: each may what those before it may. */
export type Role = (typeof ROLES)[number];

export const mayAs = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);
