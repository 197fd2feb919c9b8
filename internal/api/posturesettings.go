package api

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/store"
)

// PostureSettings is what an Okta org is judged by.
type PostureSettings struct {
	Profile         posture.Profile                      `json:"profile"`
	Approved        map[string][]string                  `json:"approved" doc:"by check, what was looked at and is meant to be so: ids, or the names that the check compares"`
	Params          map[string]map[string]jsontext.Value `json:"params" doc:"parameters in the place of the profile's, by check and name"`
	Domains         []string                             `json:"domains" doc:"of the company"`
	SensitiveApps   []string                             `json:"sensitiveApps" doc:"ids"`
	SensitiveNames  []string                             `json:"sensitiveNames" doc:"of apps in Okta's catalogue, of which each is sensitive"`
	SensitiveGroups []string                             `json:"sensitiveGroups" doc:"ids"`
	AdminTools      []string                             `json:"adminTools" doc:"ids of apps that super admins may use as such"`
	BreakGlass      []string                             `json:"breakGlass" doc:"ids of accounts for emergencies"`
	Services        []string                             `json:"services" doc:"ids of users who are no people"`
	ServicePattern  string                               `json:"servicePattern" max:"500" doc:"regular expression of their logins"`
	AdminPattern    string                               `json:"adminPattern" max:"500" doc:"regular expression of the logins of admins' own accounts"`
	SharedPattern   string                               `json:"sharedPattern" max:"500" doc:"regular expression of logins that several people share"`
	Tier0           []string                             `json:"tier0" doc:"ids of agent pools whose hosts are kept like domain controllers"`
	Exported        bool                                 `json:"exported" doc:"somebody else keeps the System Log as well"`
	Banner          string                               `json:"banner" max:"20000" doc:"the text that the sign-in page has to show"`
	CAs             []string                             `json:"cas" doc:"SHA-256 fingerprints of the authorities that smart cards may come from"`
	Providers       []string                             `json:"providers" doc:"the systems that are to send security events"`
	ChangedAt       time.Time                            `json:"changedAt,omitzero"`
}

// recoded makes a value another by way of JSON.
func recoded[T any](v any) (out T, err error) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	return out, err
}

func showPostureSettings(s store.PostureSetting) (PostureSettings, error) {
	x := s.Settings
	params, err := recoded[map[string]map[string]jsontext.Value](x.Params)
	if params == nil {
		params = map[string]map[string]jsontext.Value{}
	}
	if x.Approved == nil {
		x.Approved = map[string][]string{}
	}
	return PostureSettings{
		s.Profile, x.Approved, params, orNone(x.Domains), orNone(x.SensitiveApps), orNone(x.SensitiveNames), orNone(x.SensitiveGroups), orNone(x.AdminTools), orNone(x.BreakGlass),
		orNone(x.Services), x.ServicePattern, x.AdminPattern, x.SharedPattern, orNone(x.Tier0), x.Exported, x.Banner, orNone(x.CAs), orNone(x.Providers), s.ChangedAt,
	}, err
}

func getPostureSettings(ctx context.Context, d Deps, c portal.Caller, in idIn) (PostureSettings, error) {
	_, set, err := judgedTenant(ctx, d, c, in.ID)
	if err != nil {
		return PostureSettings{}, err
	}
	return showPostureSettings(set)
}

type putPostureSettingsIn struct {
	ID string `path:"id"`
	PostureSettings
}

func (in putPostureSettingsIn) check(d Deps) error {
	if !slices.Contains(posture.Profiles(), in.Profile) {
		return badField("profile", "there is no such profile")
	}
	for name, pattern := range map[string]string{"servicePattern": in.ServicePattern, "adminPattern": in.AdminPattern, "sharedPattern": in.SharedPattern} {
		if _, err := posture.LoginPattern(pattern); err != nil {
			return badField(name, "it is no regular expression: %s", err.Error())
		}
	}
	for id := range in.Approved {
		if _, ok := checkOf(d, id); !ok {
			return badField("approved", "there is no check %s", id)
		}
	}
	for id, params := range in.Params {
		check, ok := checkOf(d, id)
		if !ok {
			return badField("params", "there is no check %s", id)
		}
		for name := range params {
			if _, ok := check.Params(in.Profile)[name]; !ok {
				return badField("params", "%s has no parameter %s", id, name)
			}
		}
	}
	return nil
}

func putPostureSettings(ctx context.Context, d Deps, c portal.Caller, in putPostureSettingsIn) (PostureSettings, error) {
	t, _, err := judgedTenant(ctx, d, c, in.ID)
	if err != nil {
		return PostureSettings{}, err
	}
	if err := in.check(d); err != nil {
		return PostureSettings{}, err
	}
	params, err := recoded[map[string]map[string]any](in.Params)
	if err != nil {
		return PostureSettings{}, badField("params", "they are no values")
	}
	err = d.DB.Postures.Set(ctx, t.Org, t.ID, store.PostureSetting{Profile: in.Profile, Settings: posture.Settings{
		Approved: in.Approved, Params: params, Domains: in.Domains, SensitiveApps: in.SensitiveApps, SensitiveNames: in.SensitiveNames, SensitiveGroups: in.SensitiveGroups,
		AdminTools: in.AdminTools, BreakGlass: in.BreakGlass, Services: in.Services, ServicePattern: in.ServicePattern, AdminPattern: in.AdminPattern, SharedPattern: in.SharedPattern,
		Tier0: in.Tier0, Exported: in.Exported, Banner: in.Banner, CAs: in.CAs, Providers: in.Providers,
	}})
	if err != nil {
		return PostureSettings{}, err
	}
	postureChanged(d, t)
	return getPostureSettings(ctx, d, c, idIn{in.ID})
}
