/** OpenSpec's capabilities may lie in folders of folders; ours have one name: `area/login` is `area--login`. */
import { isSpecName } from '../criterion-id.ts';

/** `null` when the way back would lead elsewhere, or the name cannot be part of an id. */
export function nameOfCapability(capability: string): string | null {
  const parts = capability.split('/');
  const name = parts.join('--');
  return parts.every((part) => part !== '' && !part.includes('--')) && isSpecName(name) ? name : null;
}

export function capabilityOf(name: string): string {
  return name.split('--').join('/');
}
