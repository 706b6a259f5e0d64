import { describe, expect, it } from 'vitest';
import { shownUrl } from './support-bundle.js';

describe('an address as a vendor’s support sees it', () => {
  it.each([
    ['https://as.example/reg?client_id=a%2Fb', 'https://as.example/reg?client_id=a%2Fb'],
    ['https://as.example/reg?token=canary-1&client_id=c', 'https://as.example/reg?token=redacted&client_id=c'],
    ['https://user:canary-2@as.example/reg#canary-3', 'https://as.example/reg'],
    ['not a url', ''],
  ])('%s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });
});
