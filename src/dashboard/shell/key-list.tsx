/** What keys do, as they are bound at the moment. */
import { signal } from '@preact/signals';
import { Dialog } from '../ui/dialog.tsx';
import { boundKeys } from './keys.ts';

export const isKeyListOpen = signal(false);

export function KeyList() {
  if (!isKeyListOpen.value) return null;
  const keys = [...boundKeys()].sort((a, b) => Number(a.keys.startsWith('g ')) - Number(b.keys.startsWith('g ')));
  return (
    <Dialog title="Keys" onClose={() => (isKeyListOpen.value = false)}>
      <dl class="keys">
        {keys.map(({ keys: name, does }) => (
          <div key={name}>
            <dt>
              {name.split(' ').map((one) => (
                <kbd key={one}>{one.replace('Ctrl-k', 'Ctrl K')}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
