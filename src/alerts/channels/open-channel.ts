/** From the configuration of a channel to the channel. */
import type { Logger } from '../../base/logger.js';
import type { ChannelConfig } from './channel-config.js';
import { discordChannel } from './discord.js';
import { emailChannel } from './email.js';
import type { SenderOptions } from './http-sender.js';
import { logChannel } from './log.js';
import type { Channel } from './notification.js';
import { pagerdutyChannel } from './pagerduty.js';
import { slackChannel } from './slack.js';
import { telegramChannel } from './telegram.js';
import { webhookChannel } from './webhook.js';

/** Opens nothing yet. @throws what the system throws when a file of certificates cannot be read */
export function openChannel(
  config: ChannelConfig,
  options: SenderOptions & { readonly logger: Logger },
): Channel {
  switch (config.kind) {
    case 'webhook':
      return webhookChannel(config, options);
    case 'slack':
      return slackChannel(config, options);
    case 'pagerduty':
      return pagerdutyChannel(config, options);
    case 'email':
      return emailChannel(config, options);
    case 'discord':
      return discordChannel(config, options);
    case 'telegram':
      return telegramChannel(config, options);
    case 'log':
      return logChannel(options.logger, config.sendResolved);
  }
}
