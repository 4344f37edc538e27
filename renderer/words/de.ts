import common from './de/common.json' with { type: 'json' }
import machines from './de/machines.json' with { type: 'json' }
import policies from './de/policies.json' with { type: 'json' }
import approvals from './de/approvals.json' with { type: 'json' }
import challenges from './de/challenges.json' with { type: 'json' }
import azure from './de/azure.json' with { type: 'json' }
import people from './de/people.json' with { type: 'json' }
import grants from './de/grants.json' with { type: 'json' }
import sessions from './de/sessions.json' with { type: 'json' }
import reading from './de/reading.json' with { type: 'json' }
import audit from './de/audit.json' with { type: 'json' }
import recordings from './de/recordings.json' with { type: 'json' }
import settings from './de/settings.json' with { type: 'json' }
import welcome from './de/welcome.json' with { type: 'json' }
import failures from './de/failures.json' with { type: 'json' }

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
