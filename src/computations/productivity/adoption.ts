/** How a tool spreads: the figures of its adopters. */
import { z } from 'zod';
import { Adopters } from './adopters.ts';
import { organizationOf } from './keys.ts';

export const Adoption = Adopters.pick({
  usersToday: true,
  newUsers: true,
  adopters: true,
  firstUsed: true,
  lastUsed: true,
}).extend({
  /** Users today by all users of the organization today, 0 to 1; null on a day on which it had none. */
  share: z.number().min(0).max(1).nullable(),
});
export type Adoption = z.infer<typeof Adoption>;

/** `usersByOrganization`: how many different users there were today, of any tool of the kind. */
export function adoptionOf(
  adopters: Readonly<Record<string, Adopters>>,
  usersByOrganization: ReadonlyMap<string, number>,
): Record<string, Adoption> {
  return Object.fromEntries(
    Object.entries(adopters).map(([key, { usersToday, newUsers, adopters, firstUsed, lastUsed }]) => {
      const users = usersByOrganization.get(organizationOf(key)) ?? 0;
      // An estimate of a thousand users may be above their exact number.
      const share = users === 0 ? null : Math.min(1, usersToday / users);
      return [key, { usersToday, newUsers, adopters, firstUsed, lastUsed, share }];
    }),
  );
}
