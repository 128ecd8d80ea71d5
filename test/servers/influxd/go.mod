module facility-watch/influxd

go 1.23.0

require (
	github.com/influxdata/flux v0.196.1
	github.com/influxdata/influxdb/v2 v2.7.12
)
