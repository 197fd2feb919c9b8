package okta

import "net/http"

func riskRoutes() []route {
	return []route{
		get("/api/v1/users/{id}/risk", areaRisk, getRisk),
		put("/api/v1/users/{id}/risk", areaRisk, setRisk),
	}
}

func viewRisk(c *call, u *user) map[string]any {
	self := c.url("api/v1/users", u.id)
	v := map[string]any{
		"riskLevel": "NONE",
		"_links":    map[string]link{"self": allow(self+"/risk", "GET", "PUT"), "user": allow(self, "GET")},
	}
	if u.riskLevel != "" {
		v["riskLevel"], v["reason"] = u.riskLevel, "Admin override risk"
	}
	return v
}

func getRisk(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewRisk(c, u))
}

// setRisk overrides the risk level of a user. The first time answers 201, as
// recorded.
func setRisk(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		RiskLevel string `json:"riskLevel"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.RiskLevel != "HIGH" && in.RiskLevel != "LOW" {
		return answer{}, invalidField("riskLevel", "The risk level must be HIGH or LOW")
	}
	status, before := http.StatusOK, u.riskLevel
	if before == "" {
		status, before = http.StatusCreated, "NONE"
	}
	u.riskLevel = in.RiskLevel
	c.emit("user.risk.change", fact{targets: targets(u), debug: map[string]any{"risk": "{level=" + u.riskLevel + ", previousLevel=" + before + ", reasons=Admin override risk}"}})
	return answer{status: status, body: viewRisk(c, u)}, nil
}
