export const HELP = `Usage: npm run server [-- COMMAND]

  start                            listen (the default); stop with SIGTERM or Ctrl-C
  token --name NAME --role ROLE    print an access token
        [--warehouses JOL,DAL]     which warehouses; * (the default) for all, for suppliers too
        [--supplier ID]            required with --role supplier
        [--days 30] [--sub ID]     how long it is valid; the user id (default: from the name)
  import FILE...                   take X12 856 ship notices, as POST /api/asns does
  warehouse ID --name NAME         define a warehouse, or change it
        [--zone America/Chicago]   IANA time zone (default UTC)
        [--doors 6]                with doors D1 to D6
  access USER --role ROLE          change what somebody may do and see, at once and whatever their token says
        --warehouses JOL,DAL       which warehouses, all of them known; * for all
        [--supplier ID]            required with --role supplier
  help                             this

Roles: receiver, inspector, lead, admin, supplier. The environment is read as for the server: JWT_SECRET is required,
DATA_DIR says where the data is. import, warehouse and access go through the running server when there is one.`;
