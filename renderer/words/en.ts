import common from './en/common.json' with { type: 'json' }
import machines from './en/machines.json' with { type: 'json' }
import policies from './en/policies.json' with { type: 'json' }
import approvals from './en/approvals.json' with { type: 'json' }
import challenges from './en/challenges.json' with { type: 'json' }
import azure from './en/azure.json' with { type: 'json' }
import people from './en/people.json' with { type: 'json' }
import grants from './en/grants.json' with { type: 'json' }
import sessions from './en/sessions.json' with { type: 'json' }
import reading from './en/reading.json' with { type: 'json' }
import audit from './en/audit.json' with { type: 'json' }
import recordings from './en/recordings.json' with { type: 'json' }
import settings from './en/settings.json' with { type: 'json' }
import welcome from './en/welcome.json' with { type: 'json' }
import failures from './en/failures.json' with { type: 'json' }

export const words = {
  common,
  machines,
  policies,
  approvals,
  challenges,
  azure,
  people,
  grants,
  sessions,
  reading,
  audit,
  recordings,
  settings,
  welcome,
  failures,
} as const
