/** Part of the composition: a scraper for every configured target. */
import { QuorumscopeError } from './base/errors.js';
import type { PageRequest } from './attach/scrape/fetch-page.js';
import { loadMapping } from './attach/scrape/shipped-mappings.js';
import { Scraper, type ScrapeRoom } from './attach/scrape/scraper.js';
import type { Config } from './config/sections.js';
import { httpOf } from './exporters.js';

/** Builds the scrapers; none is started. @throws QuorumscopeError `attach.mapping`, `config.invalid`, `config.unreadable` */
export function scrapersOf({ attach, chain }: Config, room: ScrapeRoom): Scraper[] {
  return attach.scrape.map((target) => {
    const { name, node, intervalUs, timeoutUs, maxBytes } = target;
    const chainId = target.chain ?? chain.hello?.chain;
    if (chainId === undefined)
      throw new QuorumscopeError(
        'config.invalid',
        'configuration',
        `attach.scrape.${name}.chain: found nothing, expected the name of the chain here or in chain.id`,
      );
    const { url, headers, ca } = httpOf(target, room.clock);
    const request = (): PageRequest => ({
      url,
      timeoutMs: timeoutUs / 1000,
      maxBytes,
      // Read anew for every scrape, so that a rotated secret is picked up.
      headers: headers?.() ?? {},
      ...(ca === undefined ? {} : { ca }),
    });
    return new Scraper(
      { name, node, chain: chainId, intervalUs, mapping: loadMapping(target.mapping), request },
      room,
    );
  });
}
