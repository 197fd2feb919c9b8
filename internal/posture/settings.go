package posture

import (
	"encoding/json"
	"fmt"

	"sallyport/internal/matching"
	"sallyport/internal/value"
)

// Settings are what the owner of the product says about his org, which Okta
// does not know.
type Settings struct {
	// Approved lists by check what was looked at and is meant to be so: ids, or
	// the names that the check compares.
	Approved map[string][]string `json:"approved"`
	// Params overrides parameters, by check and name.
	Params map[string]map[string]any `json:"params"`
	// Domains are those of the company: "example.com" stands for its subdomains, too.
	Domains []string `json:"domains"`
	// SensitiveApps are ids of apps, SensitiveNames names of apps in Okta's
	// catalogue whose every instance is sensitive; SensitiveGroups are ids.
	SensitiveApps   []string `json:"sensitive_apps"`
	SensitiveNames  []string `json:"sensitive_names"`
	SensitiveGroups []string `json:"sensitive_groups"`
	// AdminTools are ids of apps that super admins may use as such.
	AdminTools []string `json:"admin_tools"`
	// BreakGlass are the ids of accounts for emergencies.
	BreakGlass []string `json:"break_glass"`
	// Services are ids of users who are no people; ServicePattern is what the
	// logins of such look like, AdminPattern what those of admins do. They are
	// regular expressions; an empty one matches nothing.
	Services       []string `json:"services"`
	ServicePattern string   `json:"service_pattern"`
	AdminPattern   string   `json:"admin_pattern"`
	// SharedPattern is what logins look like that several people share.
	SharedPattern string `json:"shared_pattern"`
	// Tier0 are ids of agent pools whose hosts are kept like domain controllers.
	Tier0 []string `json:"tier0"`
	// OwnApp is the id of the app that this product signs in as, OwnToken that
	// of its API token. One of them is set where the org is connected.
	OwnApp   string `json:"own_app"`
	OwnToken string `json:"own_token"`
	// Remediation says that the product may change the org.
	Remediation bool `json:"remediation"`
	// CollectorLag is how far this product's reading of the log is behind, in
	// minutes; nil where it does not read it. Exported says that somebody else does.
	CollectorLag *float64 `json:"collector_lag"`
	Exported     bool     `json:"exported"`
	// Banner is the text that the sign-in page has to show.
	Banner string `json:"banner"`
	// CAs are SHA-256 fingerprints, in lower-case hexadecimal, of the authorities
	// that smart cards may come from.
	CAs []string `json:"cas"`
	// Providers are types or names of the systems that are to send security events.
	Providers []string `json:"providers"`
}

// DefaultSettings returns what holds where nobody said otherwise.
func DefaultSettings() Settings {
	return Settings{
		SensitiveNames: []string{
			"saasure", "okta_org2org", "amazon_aws", "aws_account_federation", "google", "office365", "github_enterprise", "github_enterprise_cloud",
			"gitlab", "salesforce", "workday", "servicenow_ud", "snowflake", "cyberark", "hashicorp_vault", "crowdstrike_falcon_platform", "azure",
		},
		ServicePattern: `(?i)^(svc|service|srv|sa|api|bot|robot|automation|integration)[-_.]|[-_.](svc|bot|api)@`,
		SharedPattern:  `(?i)^(admin|administrator|it|itadmin|helpdesk|support|root|okta|shared|team|sysadmin|superadmin)@`,
	}
}

// value makes settings what expressions see.
func (s Settings) value() (*value.Object, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("make a value of settings: %w", err)
	}
	return object(text)
}

// maxLoginPattern is how large the program of a pattern may be, in instructions:
// it is held against the logins of all people.
const maxLoginPattern = 500

// LoginPattern reads a regular expression that logins are held against.
func LoginPattern(text string) (*matching.Pattern, error) {
	p, err := matching.Compile(text)
	if err == nil && p.Size() > maxLoginPattern {
		err = fmt.Errorf("it has more than %d steps once its repetitions are written out", maxLoginPattern)
	}
	return p, err
}
