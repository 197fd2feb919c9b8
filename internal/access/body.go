package access

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// The bodies of entities, as far as steps depend on them.

type userBody struct {
	Status      string `json:"status"`
	Created     string `json:"created"`
	LastLogin   string `json:"lastLogin"`
	RealmID     string `json:"realmId"`
	Type        struct{ ID string }
	Credentials struct {
		Provider struct{ Type, Name string }
	}
	Profile struct{ Login, Email, ManagerID string }
}

type groupBody struct {
	Type   string `json:"type"`
	Source string `json:"source"`
	Stats  struct {
		HasAdminPrivilege bool `json:"hasAdminPrivilege"`
	} `json:"stats"`
}

type appBody struct {
	Name, Status, SignOnMode, AccessPolicy string
	Features                               []string
	JWKS                                   json.RawMessage `json:"jwks"`
	Credentials                            struct {
		Scheme         string
		RevealPassword bool
		OAuthClient    struct {
			AuthMethod string `json:"token_endpoint_auth_method"`
		}
	}
	Settings struct {
		App         struct{ BaseURL string }
		SignOn      struct{ InlineHooks []struct{ ID string } }
		OAuthClient struct {
			ApplicationType string   `json:"application_type"`
			GrantTypes      []string `json:"grant_types"`
			JWKSURI         string   `json:"jwks_uri"`
			JWKS            json.RawMessage
			Network         networkBody
		}
	}
}

type networkBody struct {
	Connection string
	Include    []string
}

// limited reports whether the condition lets in some networks only.
func (n networkBody) limited() bool { return n.Connection == "ZONE" && len(n.Include) > 0 }

type keyBody struct {
	KID, Status, Created, LastUpdated string
}

// keysOf reads keys that are a list, or a set with a list.
func keysOf(raws ...json.RawMessage) []keyBody {
	var out []keyBody
	for _, raw := range raws {
		var set struct{ Keys []keyBody }
		var list []keyBody
		if json.Unmarshal(raw, &set) == nil && set.Keys != nil {
			out = append(out, set.Keys...)
		} else if json.Unmarshal(raw, &list) == nil {
			out = append(out, list...)
		}
	}
	return out
}

type serviceBody struct {
	Name, Type, Status, CreatedBy string
	GrantedScopes                 []string
	Secrets                       []struct{ ID, Status, Created, LastUpdated string }
}

type tokenBody struct {
	Name, UserID, ClientName, Created, LastUpdated, ExpiresAt string
	Network                                                   networkBody
}

type customRoleBody struct {
	Label       string
	Permissions []string
}

type resourceSetBody struct {
	Label     string
	Resources []struct {
		ID, ORN, Href string
		Conditions    struct{ Exclude map[string][]string }
	}
	Bindings []struct {
		Role    string
		Members []struct{ ID, Kind, Ref string }
	}
}

type idpBody struct {
	Name, Type, Status string
	Protocol           struct {
		Endpoints map[string]struct{ URL string }
		Issuer    struct{ URL string }
	}
	Policy struct {
		AccountLink struct {
			Action string
			Filter struct {
				Groups struct{ Include []string }
				Users  struct {
					Exclude       []string
					ExcludeAdmins bool
				}
			}
		}
		TrustClaims  bool
		MapAMRClaims bool
		Subject      struct{ Filter, MatchType string }
		Provisioning struct {
			Action        string
			ProfileMaster bool
			Groups        struct {
				Action              string
				Assignments, Filter []string
			}
			Conditions struct {
				Suspended, Deprovisioned struct{ Action string }
			}
		}
	}
}

type ruleBody struct {
	Name, Status string
	Conditions   struct {
		Expression struct{ Value string }
		People     struct {
			Users struct{ Exclude []string }
		}
	}
	Actions struct {
		AssignUserToGroups struct{ GroupIDs []string }
	}
}

type schemaBody struct {
	Definitions map[string]struct {
		Properties map[string]struct {
			Permissions []struct{ Principal, Action string }
		}
	}
}

type policyBody struct {
	Name, Type, Status string
	Mappings           []string
}

type poolBody struct {
	Name, Type string
	Agents     []json.RawMessage
}

type hookBody struct {
	Name, Type, Status string
	Channel            struct {
		Config struct{ URI string }
	}
}

type deviceBody struct {
	Status  string
	Profile struct{ DisplayName string }
}

type factorBody struct{ FactorType, Status, User string }

type roleEdgeBody struct {
	Status      string
	ResourceSet string `json:"resource_set"`
	Targets     struct{ Groups, Apps []string }
	Governance  json.RawMessage
}

type deviceEdgeBody struct{ ManagementStatus string }

type statusBody struct{ Status string }

// decode reads a body. A field of another type than Okta's is left out: one odd
// object does not keep the others from being read.
func decode[T any](text json.RawMessage) T {
	var out T
	if len(text) == 0 {
		return out
	}
	var odd *json.UnmarshalTypeError
	if err := json.Unmarshal(text, &out); err != nil && !errors.As(err, &odd) {
		var none T
		return none
	}
	return out
}

func timeOf(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// active reports whether a status is that of something in use; what has none is.
func active(status string) bool { return status == "" || strings.EqualFold(status, "ACTIVE") }
