package app

import (
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/migration"
)

// export writes published flows as an export of Okta Workflows.
func (c *Core) export(flows []flow.Text) ([]byte, error) {
	res, err := migration.OfFlows(flows)
	if err != nil {
		return nil, err
	}
	return migration.Export(res, migration.Catalogue{Functions: functions.All(), Connectors: c.Shelf})
}
